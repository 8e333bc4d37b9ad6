//! Start URLs of every kind: companies' own domains, several Regions of one Identity Center, every partition.
//!
//! The requests go to AWS's own hosts, through a proxy that ends at the sandbox.

use aws_sso::sandbox::{Approval, Options, Portal, Sandbox, Vanity};

use crate::support::process::wait;
use crate::support::user::TOKEN_FILE;
use crate::support::{Home, Invocation};

const COMPANY: &str = "aws.mycompany.com";
const US: &str = "https://ssoins-1.us-east-1.portal.amazonaws.com";
const EU: &str = "https://ssoins-1.eu-west-1.portal.amazonaws.com";

/// An Identity Center at AWS's addresses, and a home of which it is the only network.
struct World {
    sandbox: Sandbox,
    home: Home,
}

impl World {
    fn new(options: Options) -> Self {
        let sandbox = Sandbox::start(Options { tls: true, approval: Approval::Automatic, ..options }).unwrap();
        let home = Home::new();
        home.write("ca.pem", sandbox.ca_pem().unwrap());
        Self { sandbox, home }
    }

    /// With portals in two Regions, and a company's own domain that leads to the first.
    fn of_company() -> Self {
        let world = Self::new(Options {
            region: "us-east-1".to_owned(),
            start_url: Some(US.to_owned()),
            portals: vec![Portal { region: "eu-west-1".to_owned(), start_url: EU.to_owned() }],
            vanity: vec![Vanity::redirect(COMPANY, US), Vanity::redirect("other.example", US)],
            ..Options::default()
        });
        world.config(&format!("[sso-session corp]\n{CONFIG}"));
        world
    }

    fn config(&self, text: &str) {
        self.home.write(".aws/config", text);
    }

    fn aws_sso(&self, line: &str) -> Invocation {
        self.home
            .aws_sso(line.split_whitespace())
            .env("HTTPS_PROXY", self.sandbox.proxy().unwrap())
            .env("AWS_CA_BUNDLE", self.home.path("ca.pem"))
    }

    fn login(&self, options: &str) -> Invocation {
        self.aws_sso(&format!("login --device-code --no-browser {options}"))
    }

    /// The company's domain now answers like this.
    fn company_answers(&self, answer: Vanity) {
        self.sandbox.update(|options| options.vanity[0] = answer);
    }

    /// The methods of all requests to the company's domain.
    fn looked(&self) -> Vec<String> {
        let requests = self.sandbox.requests().into_iter();
        requests.filter(|request| request.host == COMPANY).map(|request| request.method).collect()
    }

    /// Gets credentials with the sign-in that is there.
    fn uses_a_role(&self, options: &str) {
        let account = &self.sandbox.accounts()[0];
        let process = format!("process {}/{} --login never {options}", account.id, account.roles[0]);
        let _ = self.aws_sso(&process).run().success();
    }

    /// The host to which an operation was sent.
    fn host_of(&self, operation: &str) -> String {
        let found = self.sandbox.requests().into_iter().find(|request| request.operation == operation);
        found.unwrap_or_else(|| panic!("no {operation}")).host
    }
}

const CONFIG: &str = "\
# Ours.
sso_start_url = https://aws.mycompany.com
sso_region=us-east-1   # primary
sso_registration_scopes = sso:account:access
[profile other]
region = us-east-1
";

#[test]
fn the_service_gets_the_portal_behind_a_companys_domain_and_all_files_keep_the_domain() {
    let world = World::of_company();
    // The sandbox refuses every start URL but that of the Region's portal, in each of the two flows.
    let _ = world.login("").run().success().complains("signed in to https://aws.mycompany.com");
    assert_eq!(world.looked(), ["HEAD"]);
    let token = world.home.read(TOKEN_FILE);
    assert!(token.contains(r#""startUrl": "https://aws.mycompany.com", "region": "us-east-1""#), "{token}");
    assert_eq!(world.home.read(".aws/config"), format!("[sso-session corp]\n{CONFIG}"));

    world.uses_a_role("");
    assert_eq!(world.looked(), ["HEAD"], "only a sign-in asks where the domain leads to");

    let _browser = world.aws_sso("login --force --browser --no-browser").start();
    let is_registered = || world.sandbox.requests().iter().filter(|request| request.path == "/client/register").count();
    wait(|| (is_registered() == 2).then_some(()));
    wait(|| world.sandbox.requests().iter().all(|request| request.status.is_some()).then_some(()));
    let refused = world.sandbox.requests().into_iter().find(|request| request.error.is_some());
    assert_eq!(refused.map(|request| request.path), None);
}

#[test]
fn a_company_whose_server_refuses_head_is_asked_with_get() {
    let world = World::of_company();
    world.company_answers(Vanity { refuses_head: true, ..Vanity::redirect(COMPANY, US) });
    let _ = world.login("").run().success();
    assert_eq!(world.looked(), ["HEAD", "GET"]);
}

#[test]
fn a_domain_that_leads_anywhere_else_is_refused_in_one_line_with_what_was_expected() {
    let world = World::of_company();
    let status = |status: u16| Vanity { status, location: None, ..Vanity::redirect(COMPANY, "") };
    let cases = [
        (status(200), "answers with the status 200"),
        (status(404), "answers with the status 404"),
        (status(302), "answers with the status 302"),
        (Vanity { status: 200, ..Vanity::redirect(COMPANY, US) }, "answers with the status 200"),
        (Vanity::redirect(COMPANY, "https://other.example/?state=x"), "leads to https://other.example;"),
        (Vanity::redirect(COMPANY, "/start"), "leads to another page of its own"),
        (Vanity::redirect(COMPANY, &US.replace("https", "http")), "leads to http://ssoins-1."),
        (Vanity::redirect(COMPANY, "https://awsapps.com.evil.example/start"), "leads to https://awsapps.com.evil"),
        (Vanity::redirect(COMPANY, "https://me@ssoins-1.us-east-1.portal.amazonaws.com"), "leads to https://ssoins-1"),
        (Vanity::redirect(COMPANY, "https://us-east-1.signin.aws.amazon.com/"), "leads to https://us-east-1.signin"),
        (Vanity::redirect(COMPANY, "http://127.0.0.1:1/start"), "leads to http://127.0.0.1"),
        (Vanity::redirect(COMPANY, "https://127.0.0.1:1/start"), "leads to https://127.0.0.1"),
    ];
    for (answer, words) in cases {
        world.company_answers(answer);
        let output = world.login("").run().status(2).complains(words);
        let line = output.stderr.lines().next().unwrap();
        assert!(line.contains("https://aws.mycompany.com") && line.contains("expected is one redirect"), "{output}");
    }
    let unknown = CONFIG.replace("aws.mycompany.com", "unknown.example");
    world.config(&format!("[sso-session corp]\n{unknown}"));
    let _ =
        world.login("").run().status(5).complains("certificate of unknown.example").complains("check sso_start_url");
    assert_eq!(world.sandbox.count("RegisterClient"), 0, "the service was asked");
    // HEAD and GET for the status 404, HEAD for each other.
    assert_eq!(world.looked().len(), 13, "a redirect was followed twice");
    world.config(&format!("[sso-session corp]\n{CONFIG}"));
    world.company_answers(status(500));
    let _ = world.login("").run().status(5).complains("answers with the status 500");
}

#[test]
fn a_domain_that_leads_to_another_region_is_followed_and_the_config_gets_that_region() {
    let world = World::of_company();
    let _ = world.login("").run().success();
    world.company_answers(Vanity::redirect(COMPANY, EU));
    let output = world.login("--force").run().success();
    let _ = output.complains("leads to the Region eu-west-1 now").complains("sso_region of the sso-session corp");
    let expected = format!("[sso-session corp]\n{CONFIG}").replace("us-east-1   # primary", "eu-west-1");
    assert_eq!(world.home.read(".aws/config"), expected);
    assert!(world.home.read(TOKEN_FILE).contains(r#""region": "eu-west-1""#));
    world.uses_a_role("");
    // A failed sign-in changes nothing.
    world.company_answers(Vanity::redirect(COMPANY, US));
    world.sandbox.update(|options| options.approval = Approval::Denied);
    let _ = world.login("--force").run().status(130);
    assert_eq!(world.home.read(".aws/config"), expected);
}

/// The command that needs the sign-in goes on in the Region where that counts.
#[test]
fn the_command_that_asked_for_the_sign_in_continues_in_the_new_region() {
    let world = World::of_company();
    world.company_answers(Vanity::redirect(COMPANY, EU));
    let account = &world.sandbox.accounts()[0];
    let role = format!("{}/{}", account.id, account.roles[0]);
    // Over SSH a code is shown.
    let asked = world.aws_sso(&format!("process {role}")).env("SSH_CONNECTION", "a 1 b 2").in_terminal();
    let output = asked.finish().success();
    assert!(output.to_string().contains("AccessKeyId"), "{output}");
    assert_eq!(world.host_of("GetRoleCredentials"), "portal.sso.eu-west-1.amazonaws.com");
}

#[test]
fn a_sign_in_in_a_region_that_is_down_gives_way_to_where_the_domain_leads_now() {
    let world = World::of_company();
    let _ = world.login("").run().success();
    world.sandbox.update(|options| options.regions_down = vec!["us-east-1".to_owned()]);
    // As long as it leads there, there is nothing better.
    let _ = world.login("").run().success().complains("already signed in");
    world.company_answers(Vanity::redirect(COMPANY, EU));
    let _ = world.login("").run().success().complains("leads to the Region eu-west-1 now");
    world.uses_a_role("");
}

#[test]
fn two_regions_of_one_identity_center_are_signed_in_to_separately_and_login_says_why() {
    let world = World::of_company();
    let session = |name: &str, url: &str| {
        format!("[sso-session {name}]\nsso_start_url = {url}\nsso_registration_scopes = sso:account:access\n")
    };
    world.config(&(session("us", US) + &session("eu", EU)));
    let first = world.login("-p us").run().success();
    assert!(!first.stderr.contains("replicate"), "{first}");
    let second = world.login("-p eu").run().success();
    let _ = second.complains("signed in to this Identity Center in us-east-1, as us");
    for name in ["us", "eu"] {
        world.uses_a_role(&format!("-p {name}"));
        let again = world.login(&format!("-p {name}")).run().success().complains("already signed in");
        assert!(!again.stderr.contains("replicate"), "{again}");
    }
}

#[test]
fn the_host_of_the_start_url_decides_region_and_endpoints_in_every_partition() {
    let cases = [
        (EU, "eu-west-1", "oidc.eu-west-1.amazonaws.com", "portal.sso.eu-west-1.amazonaws.com"),
        (
            "https://ssoins-1.portal.eu-west-1.app.aws/",
            "eu-west-1",
            "oidc.eu-west-1.api.aws",
            "portal.sso.eu-west-1.api.aws",
        ),
        (
            "https://start.us-gov-west-1.us-gov-home.awsapps.com/directory/agency",
            "us-gov-west-1",
            "oidc.us-gov-west-1.amazonaws.com",
            "portal.sso.us-gov-west-1.amazonaws.com",
        ),
        (
            "https://ssoins-1.portal.cn-north-1.app.amazonwebservices.com.cn",
            "cn-north-1",
            "oidc.cn-north-1.api.amazonwebservices.com.cn",
            "portal.sso.cn-north-1.api.amazonwebservices.com.cn",
        ),
        (
            "https://ssoins-1.eusc-de-east-1.portal.amazonaws.eu",
            "eusc-de-east-1",
            "oidc.eusc-de-east-1.amazonaws.eu",
            "portal.sso.eusc-de-east-1.amazonaws.eu",
        ),
        (
            "https://ssoins-1.portal.eusc-de-east-1.api.amazonwebservices.eu",
            "eusc-de-east-1",
            "oidc.eusc-de-east-1.api.amazonwebservices.eu",
            "portal.sso.eusc-de-east-1.api.amazonwebservices.eu",
        ),
    ];
    for (start_url, region, sign_in, portal) in cases {
        let world = World::new(Options {
            region: region.to_owned(),
            start_url: Some(start_url.to_owned()),
            ..Options::default()
        });
        world.config(&format!("[sso-session corp]\nsso_start_url = {start_url}\n"));
        let _ = world.login("").run().success();
        world.uses_a_role("");
        assert_eq!(world.host_of("CreateToken"), sign_in);
        assert_eq!(world.host_of("GetRoleCredentials"), portal);
    }
}

#[test]
fn a_local_identity_center_may_stand_behind_a_local_redirect() {
    let sandbox = Sandbox::start(Options { approval: Approval::Automatic, ..Options::default() }).unwrap();
    let port = sandbox.endpoint().rsplit_once(':').unwrap().1.to_owned();
    let home = Home::new();
    let login = |location: &str| {
        sandbox.update(|options| options.vanity = vec![Vanity::redirect("localhost", location)]);
        home.write(
            ".aws/config",
            format!("[sso-session corp]\nsso_start_url = http://localhost:{port}/aws\nsso_region = us-east-1\n"),
        );
        home.aws_sso(["login", "--device-code", "--no-browser", "--force"]).endpoint(sandbox.endpoint()).run()
    };
    let _ = login(&sandbox.start_url()).success();
    let _ = login("http://example.com/start").status(2);
}

#[test]
fn setup_takes_the_region_to_which_a_companys_domain_leads_and_writes_the_domain() {
    let world = World::of_company();
    world.company_answers(Vanity::redirect(COMPANY, EU));
    world.config("");
    let setup = "setup AWS.MyCompany.com/ --yes --no-discover --device-code --no-browser";
    let _ = world.aws_sso(setup).run().success();
    let config = world.home.read(".aws/config");
    assert!(config.contains("[sso-session mycompany]\nsso_start_url = https://aws.mycompany.com\n"), "{config}");
    assert!(config.contains("sso_region = eu-west-1\n"), "{config}");
}
