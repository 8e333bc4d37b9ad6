use super::*;
use crate::error::Kind;

const CORP: &str = "https://my-company.awsapps.com/start";

/// What is pasted, the URL for the config, the Region in the host, and the name of the sso-session.
type Read = (&'static str, &'static str, Option<&'static str>, &'static str);

#[track_caller]
fn check(owner: Owner, cases: &[Read]) {
    for (text, url, region, name) in cases {
        let portal = AccessPortal::read(text).unwrap_or_else(|error| panic!("{text}: {}", error.report()));
        let found = (portal.url.as_str(), portal.region.as_deref(), portal.session_name.as_str(), portal.owner);
        assert_eq!(found, (*url, *region, *name, owner), "{text}");
        let again = AccessPortal::read(url).unwrap();
        assert_eq!(again, portal, "what is written is read alike: {url}");
    }
}

#[test]
fn a_start_url_is_read_in_every_form_of_every_partition() {
    check(
        Owner::Aws,
        &[
            (CORP, CORP, None, "my-company"),
            ("https://d-1234567890.awsapps.com/start", "https://d-1234567890.awsapps.com/start", None, "sso"),
            ("d-1234567890", "https://d-1234567890.awsapps.com/start", None, "sso"),
            ("D-1234567890", "https://d-1234567890.awsapps.com/start", None, "sso"),
            ("my-company", CORP, None, "my-company"),
            ("my-company/start", CORP, None, "my-company"),
            ("my-company.awsapps.com", CORP, None, "my-company"),
            ("My-Company.AwsApps.com/start/#/", CORP, None, "my-company"),
            ("https://my-company.awsapps.com/start/#/?tab=accounts", CORP, None, "my-company"),
            (
                "https://my-company.awsapps.com/start/#/console?account_id=123456789012&role_name=Admin",
                CORP,
                None,
                "my-company",
            ),
            ("https://my-company.awsapps.com/login/?wfh=1", CORP, None, "my-company"),
            ("https://my-company.awsapps.com./start", CORP, None, "my-company"),
            ("https://my-company.awsapps.com:443/start", CORP, None, "my-company"),
            ("ssoins-1234567890abcdef", "https://identitycenter.amazonaws.com/ssoins-1234567890abcdef", None, "sso"),
            (
                "https://identitycenter.amazonaws.com/ssoins-1234567890abcdef/",
                "https://identitycenter.amazonaws.com/ssoins-1234567890abcdef",
                None,
                "sso",
            ),
            (
                "ssoins-1a.eu-west-1.portal.amazonaws.com",
                "https://ssoins-1a.eu-west-1.portal.amazonaws.com",
                Some("eu-west-1"),
                "sso",
            ),
            (
                "https://ssoins-1a.us-gov-west-1.portal.amazonaws.com/#/",
                "https://ssoins-1a.us-gov-west-1.portal.amazonaws.com",
                Some("us-gov-west-1"),
                "sso",
            ),
            (
                "https://ssoins-1a.portal.ap-southeast-2.app.aws/start/",
                "https://ssoins-1a.portal.ap-southeast-2.app.aws/start",
                Some("ap-southeast-2"),
                "sso",
            ),
            (
                "https://start.us-gov-home.awsapps.com/directory/d-1234567890#/",
                "https://start.us-gov-home.awsapps.com/directory/d-1234567890",
                None,
                "sso",
            ),
            (
                "start.us-gov-west-1.us-gov-home.awsapps.com/directory/agency/",
                "https://start.us-gov-west-1.us-gov-home.awsapps.com/directory/agency",
                Some("us-gov-west-1"),
                "agency",
            ),
            (
                "https://start.home.awsapps.cn/directory/corp",
                "https://start.home.awsapps.cn/directory/corp",
                None,
                "corp",
            ),
            (
                "https://start.cn-north-1.home.awsapps.cn/directory/corp#/",
                "https://start.cn-north-1.home.awsapps.cn/directory/corp",
                Some("cn-north-1"),
                "corp",
            ),
            (
                "https://ssoins-1a.cn-northwest-1.portal.amazonaws.com.cn",
                "https://ssoins-1a.cn-northwest-1.portal.amazonaws.com.cn",
                Some("cn-northwest-1"),
                "sso",
            ),
            (
                "https://ssoins-1a.portal.cn-north-1.app.amazonwebservices.com.cn/",
                "https://ssoins-1a.portal.cn-north-1.app.amazonwebservices.com.cn",
                Some("cn-north-1"),
                "sso",
            ),
            (
                "https://ssoins-1a.eusc-de-east-1.portal.amazonaws.eu",
                "https://ssoins-1a.eusc-de-east-1.portal.amazonaws.eu",
                Some("eusc-de-east-1"),
                "sso",
            ),
            (
                "https://ssoins-1a.portal.eusc-de-east-1.api.amazonwebservices.eu",
                "https://ssoins-1a.portal.eusc-de-east-1.api.amazonwebservices.eu",
                Some("eusc-de-east-1"),
                "sso",
            ),
            // A form of an AWS domain that is not documented yet.
            ("https://start.new.awsapps.cn/x", "https://start.new.awsapps.cn/x", None, "sso"),
        ],
    );
}

#[test]
fn what_a_paste_adds_is_taken_off() {
    let around = [
        "  https://my-company.awsapps.com/start\n",
        "\"https://my-company.awsapps.com/start\"",
        "'https://my-company.awsapps.com/start'",
        "\u{201c}https://my-company.awsapps.com/start\u{201d}",
        "<https://my-company.awsapps.com/start>",
        "(https://my-company.awsapps.com/start).",
        "https://my-company.awsapps.com/start.",
        "https://my-company.awsapps.com/start,",
        "https://my-company.awsapps.com/start/\\#/",
        "https://my-company.awsapps.com/start/\\#/\\?tab\\=accounts",
        "https\\://my-company.awsapps.com/start",
        "HTTPS://MY-COMPANY.AWSAPPS.COM/start",
        "\u{feff}https://my-company.aws\u{200b}apps.com/start\u{a0}",
        "AWS access portal URL: https://my-company.awsapps.com/start",
        "https://my-company.awsapps.com/start is where you sign in",
        "//my-company.awsapps.com/start",
        "https//my-company.awsapps.com/start",
        "https:/my-company.awsapps.com/start",
        " my-company, ",
    ];
    for text in around {
        assert_eq!(AccessPortal::read(text).map(|portal| portal.url).as_deref(), Ok(CORP), "{text:?}");
    }
}

#[test]
fn a_companys_own_domain_keeps_its_path_and_names_the_sso_session() {
    check(
        Owner::Company,
        &[
            ("https://aws.mycompany.com", "https://aws.mycompany.com", None, "mycompany"),
            ("AWS.MyCompany.com/", "https://aws.mycompany.com", None, "mycompany"),
            ("https://mycompany.com/Cloud/AWS?x=1#/y", "https://mycompany.com/Cloud/AWS", None, "mycompany"),
            ("https://aws.mycompany.co.uk:8443", "https://aws.mycompany.co.uk:8443", None, "mycompany"),
            ("https://sso.cloud.my-company.io", "https://sso.cloud.my-company.io", None, "my-company"),
            ("https://portal/aws", "https://portal/aws", None, "portal"),
            ("https://10.1.2.3/", "https://10.1.2.3", None, "sso"),
            ("https://[2001:db8::1]/start", "https://[2001:db8::1]/start", None, "sso"),
            ("go.example/to?next=https://x.example", "https://go.example/to", None, "go"),
            ("https://awsapps.com.evil.example/start", "https://awsapps.com.evil.example/start", None, "evil"),
        ],
    );
    check(
        Owner::ThisMachine,
        &[
            ("http://127.0.0.1:8080/start/#/", "http://127.0.0.1:8080/start", None, "sso"),
            ("http://localhost:80/start", "http://localhost/start", None, "sso"),
            ("http://[::1]:8080/start", "http://[::1]:8080/start", None, "sso"),
        ],
    );
}

#[test]
fn what_is_no_start_url_is_refused_with_what_was_expected() {
    let long_label = format!("https://{}.awsapps.com/start", "a".repeat(64));
    let cases = [
        ("", "there is no start URL"),
        (" \"\" ", "there is no start URL"),
        ("my company", "my company is not a start URL"),
        ("my_company", "not a start URL"),
        ("https://", "not a start URL"),
        ("ftp://my-company.awsapps.com/start", "not a start URL"),
        ("https://me:hunter2@my-company.awsapps.com/start", "must have no user name and no password"),
        ("https://me:hunt/er2@my-company.awsapps.com", "must have no user name and no password"),
        ("../../etc", "no host has such a name"),
        ("https://.awsapps.com/start", "no host has such a name"),
        ("https://a..awsapps.com/start", "no host has such a name"),
        ("https://my-company.awsapps.com../start", "no host has such a name"),
        ("https://aws..mycompany.com", "no host has such a name"),
        (&long_label, "no host has such a name"),
        ("123456789012", "123456789012 is not a start URL: it is the ID of an AWS account"),
        ("1234-5678-9012", "it is the ID of an AWS account"),
        ("https://my-company.awsapps.com:8443/start", "AWS has no portal at the port 8443"),
        ("https://ssoins-1.us-east-1.portal.amazonaws.com:444", "AWS has no portal at the port 444"),
        ("https://ssoins-1.us-east-1.portal.amazonaws.com.cn", "us-east-1 is not a Region of aws-cn"),
        ("https://start.eu-west-1.us-gov-home.awsapps.com/directory/x", "eu-west-1 is not a Region of aws-us-gov"),
        (r"https:\\d-1234567890.awsapps.com\start", r"https:\\d-1234567890.awsapps.com\start is not a start URL"),
        ("javascript:alert(1)", "javascript:alert(1) is not a start URL"),
        ("http://my-company.awsapps.com/start", "begins with http instead of https"),
        ("http://127.0.0.1.example.com", "begins with http instead of https"),
        ("https://awsapps.com/start", "another page of AWS"),
        ("https://view.awsapps.com/start", "AWS Builder ID"),
        ("https://us-east-1.signin.aws.amazon.com/platform/login", "another page of AWS"),
        ("https://us-east-1.signin.aws/platform/authorize", "another page of AWS"),
        ("https://eu-west-1.console.aws.amazon.com/singlesignon", "another page of AWS"),
        ("https://console.amazonaws-us-gov.com", "another page of AWS"),
        ("https://portal.sso.us-east-1.amazonaws.com", "another page of AWS"),
        ("https://sts.eusc-de-east-1.api.amazonwebservices.eu", "another page of AWS"),
        ("https://device.sso.us-east-1.amazonaws.com/?user_code=ABCD-EFGH", "another page of AWS"),
        ("https://start.us-gov-home.awsapps.com/", "needs /directory/ and a name"),
        ("https://start.home.awsapps.cn/start", "needs /directory/ and a name"),
        ("https://identitycenter.amazonaws.com", "needs the id of an instance"),
    ];
    for (text, why) in cases {
        let error = AccessPortal::read(text).unwrap_err();
        let report = error.report();
        assert!(error.to_string().contains(why) && !report.contains("hunter2"), "{text}: {report}");
        assert!(report.contains("https://"), "{report}");
        assert_eq!(error.kind(), Kind::Usage);
    }
    let long = AccessPortal::read(&format!("https://{}/ä", "x".repeat(5000))).unwrap_err();
    assert!(long.to_string().chars().count() < 140, "{long}");
}

#[test]
fn the_host_tells_the_partition_dual_stack_and_fips() {
    let cases = [
        ("my-company", Some("aws"), false, false),
        ("ssoins-1.us-gov-east-1.portal.amazonaws.com", Some("aws-us-gov"), false, false),
        ("ssoins-1.portal.us-gov-east-1.app.aws", Some("aws-us-gov"), true, false),
        ("ssoins-1.portal-fips.us-gov-east-1.app.aws", Some("aws-us-gov"), true, true),
        ("ssoins-1.us-east-1.portal-fips.amazonaws.com", Some("aws"), false, true),
        ("start.us-gov-home.awsapps.com/directory/x", Some("aws-us-gov"), false, false),
        ("start.home.awsapps.cn/directory/x", Some("aws-cn"), false, false),
        ("ssoins-1.portal.cn-north-1.app.amazonwebservices.com.cn", Some("aws-cn"), true, false),
        ("identitycenter.us-gov.amazonaws.com/ssoins-1", Some("aws-us-gov"), false, false),
        ("identitycenter.amazonaws.eu/ssoins-1", Some("aws-eusc"), false, false),
        ("ssoins-1.portal.eusc-de-east-1.api.amazonwebservices.eu", Some("aws-eusc"), true, false),
        ("aws.mycompany.com", None, false, false),
    ];
    for (text, partition, is_dualstack, is_fips) in cases {
        let portal = AccessPortal::read(text).unwrap();
        let found = (portal.partition.map(|partition| partition.name), portal.is_dualstack, portal.is_fips);
        assert_eq!(found, (partition, is_dualstack, is_fips), "{text}");
    }
}
