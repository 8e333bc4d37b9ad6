//! The AWS SDKs' clients, connected to the sandbox, and a browser reduced to single requests.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::TcpStream;

use aws_sdk_sso::config::{BehaviorVersion, Region, retry::RetryConfig};
use aws_sdk_ssooidc::operation::create_token::CreateTokenOutput;
use aws_sdk_ssooidc::operation::register_client::RegisterClientOutput;
use aws_sdk_sts::config::Credentials;
use aws_sdk_sts::operation::assume_role::AssumeRoleOutput;
use aws_sso::sandbox::{Approval, Options, Sandbox};

pub const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
pub const SCOPE: &str = "sso:account:access";

/// Options with which sign-ins are approved at once.
pub fn automatic() -> Options {
    Options { approval: Approval::Automatic, interval: std::time::Duration::ZERO, ..Options::default() }
}

/// A client of an AWS SDK, connected to the sandbox, that tries each request once.
macro_rules! client {
    ($sdk:ident, $sandbox:expr) => {
        client!($sdk, $sandbox, |config| config)
    };
    ($sdk:ident, $sandbox:expr, $more:expr) => {{
        let config = $sdk::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new($sandbox.region()))
            .endpoint_url($sandbox.endpoint())
            .retry_config(RetryConfig::disabled())
            .http_client(aws_smithy_http_client::Builder::new().build_http());
        $sdk::Client::from_conf($more(config).build())
    }};
}

pub fn oidc(sandbox: &Sandbox) -> aws_sdk_ssooidc::Client {
    client!(aws_sdk_ssooidc, sandbox)
}

pub fn portal(sandbox: &Sandbox) -> aws_sdk_sso::Client {
    client!(aws_sdk_sso, sandbox)
}

pub fn sts(sandbox: &Sandbox, id: &str, secret: &str, token: &str) -> aws_sdk_sts::Client {
    client!(aws_sdk_sts, sandbox, |config: aws_sdk_sts::config::Builder| config.credentials_provider(Credentials::new(
        id,
        secret,
        Some(token.to_owned()).filter(|token| !token.is_empty()),
        None,
        "test"
    )))
}

/// The same with these credentials.
pub fn sts_as(sandbox: &Sandbox, credentials: &Credentials) -> aws_sdk_sts::Client {
    sts(
        sandbox,
        credentials.access_key_id(),
        credentials.secret_access_key(),
        credentials.session_token().unwrap_or_default(),
    )
}

/// Credentials of a role of the portal, by the numbers of the account and of the role.
pub async fn role_credentials(sandbox: &Sandbox, account: usize, role: usize) -> Credentials {
    let token = sign_in(sandbox).await.1.access_token.unwrap();
    let account = &sandbox.accounts()[account];
    let asked = portal(sandbox).get_role_credentials().access_token(token);
    let answer = asked.account_id(&account.id).role_name(&account.roles[role]).send().await.unwrap();
    let held = answer.role_credentials.unwrap();
    let (id, secret, token) = (held.access_key_id, held.secret_access_key, held.session_token);
    Credentials::new(id.unwrap(), secret.unwrap(), token, None, "test")
}

/// The credentials of an assumed role.
pub fn assumed(answer: &AssumeRoleOutput) -> Credentials {
    let held = answer.credentials().unwrap();
    let token = Some(held.session_token().to_owned());
    Credentials::new(held.access_key_id(), held.secret_access_key(), token, None, "test")
}

/// The message of the error, as the SDK found it in the response.
pub fn message<T, E, R>(result: &Result<T, aws_sdk_sts::error::SdkError<E, R>>) -> String
where
    E: aws_sdk_sts::error::ProvideErrorMetadata,
{
    let error = result.as_ref().err().and_then(|error| error.as_service_error());
    error.and_then(|error| error.message()).unwrap_or_default().to_owned()
}

/// Registers a client for device codes.
pub async fn register(sandbox: &Sandbox) -> RegisterClientOutput {
    oidc(sandbox).register_client().client_name("test").client_type("public").scopes(SCOPE).send().await.unwrap()
}

/// Signs in with a device code, which the sandbox has to approve automatically.
pub async fn sign_in(sandbox: &Sandbox) -> (RegisterClientOutput, CreateTokenOutput) {
    let client = register(sandbox).await;
    let device = oidc(sandbox)
        .start_device_authorization()
        .set_client_id(client.client_id.clone())
        .set_client_secret(client.client_secret.clone())
        .start_url(sandbox.start_url())
        .send()
        .await
        .unwrap();
    let tokens = oidc(sandbox)
        .create_token()
        .set_client_id(client.client_id.clone())
        .set_client_secret(client.client_secret.clone())
        .grant_type(DEVICE_CODE)
        .set_device_code(device.device_code)
        .send()
        .await
        .unwrap();
    (client, tokens)
}

/// The error's name as the SDK found it in the response; "ok" without an error, "none" if the error has no name.
pub fn outcome<T, E, R>(result: &Result<T, aws_sdk_sts::error::SdkError<E, R>>) -> String
where
    E: aws_sdk_sts::error::ProvideErrorMetadata,
{
    match result {
        Ok(_) => "ok".to_owned(),
        Err(error) => error.as_service_error().and_then(|error| error.code()).unwrap_or("none").to_owned(),
    }
}

/// A response as a browser gets it.
pub struct Page {
    pub status: u16,
    pub headers: HashMap<String, String>,
    pub body: String,
}

impl Page {
    /// The value of a hidden field of the form.
    pub fn field(&self, name: &str) -> String {
        let from = format!("name=\"{name}\" value=\"");
        let rest = self.body.split_once(&from).unwrap_or_else(|| panic!("no {name} in {}", self.body)).1;
        rest.split_once('"').unwrap().0.to_owned()
    }

    /// The parameters of the address that the response redirects to.
    pub fn redirected_to(&self) -> HashMap<String, String> {
        let location = &self.headers["location"];
        location.split_once('?').unwrap().1.split('&').filter_map(pair).collect()
    }
}

fn pair(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    Some((name.to_owned(), percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned()))
}

pub fn encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Sends a request as a browser does, without following redirects.
pub fn browse(sandbox: &Sandbox, method: &str, path: &str, form: &[(&str, &str)]) -> Page {
    let body: Vec<String> = form.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let body = body.join("&");
    let authority = sandbox.endpoint().replace("http://", "");
    let mut stream = TcpStream::connect(&authority).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\ncontent-length: {}\r\n\
         content-type: application/x-www-form-urlencoded\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let headers = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    Page { status, headers, body: body.to_owned() }
}
