use super::*;

const ROLE: &str = "arn:aws:iam::210987654321:role/path/One";

fn hop() -> Hop {
    Hop::new(ROLE.parse().unwrap())
}

/// The names are those that botocore's `AssumeRoleCredentialFetcher` makes up.
#[test]
fn a_file_has_the_name_that_the_aws_cli_gives_it() {
    let text = |text: &str| Some(text.to_owned());
    let tags = vec![("a".to_owned(), "b".to_owned()), ("c".to_owned(), "d=e".to_owned())];
    let odd = Hop {
        session_name: text("me@x"),
        external_id: text("é\"\\ü\u{7f}😀"),
        duration: Some(7200),
        mfa_serial: text("GAHT"),
        ..hop()
    };
    let tagged = Hop { tags, transitive_tags: vec!["a".to_owned()], source_identity: text("Ada"), ..hop() };
    let elsewhere = Hop { region: text("eu-west-1"), profile: text("p"), ..hop() };
    let cases = [
        (hop(), "c2aa8b8757d4ed8407d85c5ecacc0f7f7b42f530"),
        (elsewhere, "c2aa8b8757d4ed8407d85c5ecacc0f7f7b42f530"),
        (Hop { session_name: text("me"), ..hop() }, "a2c713ed7b9e64a1be8edb8feec2f93cc1ffb544"),
        (Hop { external_id: text("x:1/2"), ..hop() }, "f25806488729b0b0d1d38a147c5e86a23fce32e3"),
        (Hop { duration: Some(900), ..hop() }, "e8778da1c405fa0a6498f43d9198031abf5063da"),
        (Hop { mfa_serial: text("arn:aws:iam::1:mfa/ada"), ..hop() }, "b2de1754d4b359a5404b53bf531944d8957c27a4"),
        (odd, "205f534d257f6f82e194fcc60268c2e10136af5d"),
        (tagged, "93dcf9be267d17573bcb7644f5397051ff7b17e6"),
    ];
    for (hop, name) in cases {
        assert_eq!(shared_path(&hop, Path::new("c")), Path::new("c").join(format!("{name}.json")), "{hop:?}");
    }
}

fn directory(name: &str, start_url: &str) -> Directory {
    Directory {
        name: name.to_owned(),
        session: Some(name.to_owned()),
        start_url: start_url.to_owned(),
        region: "us-east-1".parse().unwrap(),
        scopes: Vec::new(),
        redirect_port: None,
    }
}

fn credentials(seconds: i64) -> RoleCredentials {
    RoleCredentials {
        access_key_id: "ASIA".to_owned(),
        secret_access_key: "s/e+c".into(),
        session_token: "t==".into(),
        expiration: Timestamp::from_second(Timestamp::now().as_second() + seconds).unwrap(),
        account_id: "210987654321".to_owned(),
    }
}

#[test]
fn credentials_are_given_to_the_base_that_they_were_made_with_and_to_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let corp = directory("corp", "https://x/start");
    let (twin, moved) = (directory("twin", "https://x/start"), directory("corp", "https://y/start"));
    let (one, before) = (hop(), [Hop::new("arn:aws:iam::210987654321:role/Hub".parse().unwrap())]);
    let other = Hop::new("arn:aws:iam::210987654321:role/Other".parse().unwrap());
    let role = |directory| CachedRole { account_id: "123456789012", role_name: "Reader", directory };
    let base = |directory| CachedBase::Role(role(directory));
    let made = CachedHop { base: base(&corp), before: &[], hop: &one };
    let path = made.shared_path(folder.path());
    let arn = "arn:aws:sts::210987654321:assumed-role/One/me";
    let credentials = credentials(3600);
    let assumption = Assumption { credentials: &credentials, arn, id: "AROA:me" };
    made.write(&SecretStore::Files, &path, assumption).unwrap();
    let cases = [
        (made, true),
        (CachedHop { base: base(&twin), ..made }, false),
        (CachedHop { base: base(&moved), ..made }, false),
        (CachedHop { base: CachedBase::Role(CachedRole { role_name: "Admin", ..role(&corp) }), ..made }, false),
        (CachedHop { base: CachedBase::Role(CachedRole { account_id: "123456789013", ..role(&corp) }), ..made }, false),
        (CachedHop { before: &before, ..made }, false),
        (CachedHop { hop: &other, ..made }, false),
    ];
    let own = made.own_path(folder.path());
    for (asked, is_given) in cases {
        // The word of somebody who believes that a file without a base is this one's makes no difference.
        for believed in [true, false] {
            let found = asked.read(&SecretStore::Files, &path, || believed).unwrap();
            assert_eq!(found.is_some(), is_given, "{asked:?}");
        }
        let is_of_base = is_given || asked.hop == &other;
        assert_eq!(asked.is_of_another(&SecretStore::Files, &path), !is_of_base, "{asked:?}");
        // The name of a session's file stays where its start URL is edited.
        let is_moved = matches!(asked.base, CachedBase::Role(role) if role.directory.start_url == moved.start_url);
        assert_eq!(asked.own_path(folder.path()) == own, is_given || is_moved, "{asked:?}");
    }
    // A file of the AWS CLI says nothing of a base.
    let text = std::fs::read_to_string(&path).unwrap();
    let of_cli = text.split_once(", \"AwsSsoBase\"").unwrap().0.to_owned() + "}";
    std::fs::write(&path, &of_cli).unwrap();
    for believed in [true, false] {
        assert_eq!(made.read(&SecretStore::Files, &path, || believed).unwrap().is_some(), believed);
    }
    for (from, to) in [("assumed-role/One/", "assumed-role/Two/"), ("sts::2", "sts::3"), ("54321\"}", "54322\"}")] {
        std::fs::write(&path, of_cli.replace(from, to)).unwrap();
        assert!(made.read(&SecretStore::Files, &path, || true).unwrap().is_none(), "{from}");
    }
}

#[test]
fn a_sweep_deletes_the_chains_of_one_sign_in_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (corp, other) = (directory("corp", "https://x/start"), directory("other", "https://y/start"));
    let one = hop();
    let arn = "arn:aws:sts::210987654321:assumed-role/One/me";
    let credentials = credentials(3600);
    let mut paths = Vec::new();
    for directory in [&corp, &other] {
        let base = CachedRole { account_id: "123456789012", role_name: "Reader", directory };
        let cached = CachedHop { base: CachedBase::Role(base), before: &[], hop: &one };
        let path = cached.own_path(folder.path());
        cached.write(&SecretStore::Files, &path, Assumption { credentials: &credentials, arn, id: "x" }).unwrap();
        paths.push(path);
    }
    let text = std::fs::read_to_string(&paths[0]).unwrap();
    let of_cli = text.split_once(", \"AwsSsoBase\"").unwrap().0.to_owned() + "}";
    for name in ["known.json", "unknown.json"] {
        std::fs::write(folder.path().join(name), &of_cli).unwrap();
    }
    assert_eq!(sweep(&SecretStore::Files, folder.path(), &corp, &[folder.path().join("known.json")]), []);
    let mut left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    left.sort();
    let mut expected = vec![paths[1].clone(), folder.path().join("unknown.json")];
    expected.sort();
    assert_eq!(left, expected);
}

#[test]
fn credentials_are_fresh_for_sixteen_minutes_or_a_quarter_of_a_shorter_life() {
    let found = |lifetime| CachedAssumption { credentials: credentials(300), lifetime };
    for (lifetime, duration, least) in [
        (Some(900), None, 225),
        (Some(1800), Some(3600), 450),
        (Some(3595), None, 960),
        (Some(3600), Some(900), 960),
        (None, Some(900), 225),
        (None, None, 960),
    ] {
        assert_eq!(found(lifetime).least_fresh(&Hop { duration, ..hop() }), least, "{lifetime:?} {duration:?}");
    }
    assert!(found(Some(900)).is_fresh(&hop()) && !found(None).is_fresh(&hop()));
}
