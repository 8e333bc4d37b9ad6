//! `GetCallerIdentity`, signed and sent as an AWS SDK does it.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;

use crate::error::{Error, Result};

const BODY: &str = "Action=GetCallerIdentity&Version=2011-06-15";

/// The caller's ARN, for credentials in the JSON of a `credential_process`.
pub(super) fn caller_arn(endpoint: &str, region: &str, credentials: &serde_json::Value) -> Result<String> {
    let field = |name: &str| credentials[name].as_str().unwrap_or_default();
    let credentials = Credentials::new(
        field("AccessKeyId"),
        field("SecretAccessKey"),
        Some(field("SessionToken").to_owned()),
        None,
        "tour",
    );
    let authority = endpoint.trim_start_matches("http://");
    let identity = credentials.into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("sts")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .map_err(|_| unsigned())?
        .into();
    let fixed = [("host", authority), ("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
    let request =
        SignableRequest::new("POST", format!("{endpoint}/"), fixed.into_iter(), SignableBody::Bytes(BODY.as_bytes()))
            .map_err(|_| unsigned())?;
    let (instructions, _) = sign(request, &parameters).map_err(|_| unsigned())?.into_parts();
    let headers: Vec<(&str, &str)> = fixed.into_iter().chain(instructions.headers()).collect();
    let answer =
        post(authority, &headers, BODY).map_err(|error| Error::service(format!("STS did not answer: {error}")))?;
    element(&answer, "Arn").map(str::to_owned).ok_or_else(|| {
        let reason = element(&answer, "Message").unwrap_or("without a reason");
        Error::service(format!("STS refused the credentials: {reason}"))
    })
}

fn unsigned() -> Error {
    Error::failed("cannot sign the request")
}

fn post(authority: &str, headers: &[(&str, &str)], body: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(authority)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut request = String::from("POST / HTTP/1.1\r\n");
    for (name, value) in headers {
        request.extend([*name, ": ", *value, "\r\n"]);
    }
    let length = body.len().to_string();
    request.extend(["content-length: ", &length, "\r\nconnection: close\r\n\r\n", body]);
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// The text of the first XML element of this name.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(text, _)| text)
}
