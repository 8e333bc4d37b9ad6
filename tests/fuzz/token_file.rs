//! A token file: any content that is accepted as a token is read back as the same token after it is written.

use aws_sso::aws_cache::token;

/// Files as the AWS CLI and the SDKs write them.
#[allow(dead_code, reason = "for runs without a fuzzer, which finds its own")]
pub(super) const SEEDS: [&[u8]; 4] = [
    br#"{"startUrl": "https://x/start", "region": "us-east-1", "accessToken": "a", "expiresAt": "2026-11-22T23:02:02Z", "clientId": "c", "clientSecret": "s", "registrationExpiresAt": "2027-02-20T22:02:01Z", "refreshToken": "r"}"#,
    br#"{"accessToken":"a","expiresAt":"2026-11-22T23:02:02.123+01:00","other":[1,{"x":null}]}"#,
    br#"{"accessToken":"\u00e9\ud83d\ude00","expiresAt":"2020-06-17T21:37:17UTC"}"#,
    br#"{"accessToken":"a","expiresAt":"2026-11-22T23:02:02Z"}Z"}"#,
];

/// Panics if the file breaks the rule.
pub(super) fn check(bytes: &[u8]) {
    let Some(token) = token::parse(bytes) else { return };
    let written = token::render(&token).expect("what was read can be written");
    let read = token::parse(&written).expect("what was written can be read");
    assert_eq!(read.access_token, token.access_token);
    assert_eq!(read.expires_at.as_second(), token.expires_at.as_second());
    assert_eq!(read.other, token.other);
    assert_eq!(token::render(&read).ok(), Some(written));
    let _ = (token.seconds_left(), token.is_renewable());
    // A panic would show the debug form.
    let _ = format!("{token:?}");
}
