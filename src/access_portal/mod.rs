//! The AWS access portal behind a start URL, in any form in which people type or paste one.

mod form;
pub(crate) mod pasted;
#[cfg(test)]
mod tests;

use crate::address::{Link, StartUrl, without_password};
use crate::error::{Error, Result};
use crate::partition::{PARTITIONS, Partition, Region, is_host_label};

use form::{Form, Hostname, PathRule};

/// Where users of an Identity Center sign in, as far as its start URL says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccessPortal {
    /// The start URL as AWS documents it, without what a browser adds: what the config gets.
    pub url: String,
    /// The Region, where the host names it.
    pub region: Option<Region>,
    /// The partition, where the host names it.
    pub partition: Option<&'static Partition>,
    /// The id of the instance, where the URL has it. An instance has a portal in each of its Regions.
    pub instance: Option<String>,
    /// A name for the sso-session.
    pub session_name: String,
    /// Whose host it is.
    pub owner: Owner,
    /// Whether the host has IPv6 addresses as well. Those who use it can need the service's own dual-stack endpoints.
    pub is_dualstack: bool,
    /// Whether the host is one with validated cryptography.
    pub is_fips: bool,
}

/// Whose host a start URL has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// AWS's: the service knows this URL.
    Aws,
    /// A company's. A request finds out which access portal it leads to.
    Company,
    /// This machine's: a local Identity Center, which knows its own URL.
    ThisMachine,
}

/// The name of an sso-session whose start URL has no word for one.
const PLAIN_NAME: &str = "sso";

/// What to type instead of something that is no start URL.
const EXPECTED: &str = "expected the address of an AWS access portal, such as https://d-1234567890.awsapps.com/start\n\
     it is in the address bar where your AWS accounts are listed; your administrator has it, too";

impl AccessPortal {
    /// Reads what a person typed or pasted: a start URL with whatever a browser, a mail or a shell has added to it, a
    /// host, or no more than the first word of one.
    ///
    /// Errors: it is none; the error says what was expected.
    pub(crate) fn read(text: &str) -> Result<Self> {
        let plain = pasted::cleaned(text);
        if plain.is_empty() {
            return Err(Error::usage("there is no start URL").with_remedy(EXPECTED));
        }
        let url = with_scheme(&plain);
        let is_not = |why: &str| Error::usage(format!("{} is not a start URL{why}", shown(text))).with_remedy(EXPECTED);
        let Some(link) = Link::parse(&url) else {
            let has_user = plain.contains("://") && plain.contains('@');
            return Err(is_not(if has_user { ": it must have no user name and no password" } else { "" }));
        };
        if !link.is_safe() {
            let secure = format!("https{}", &url["http".len()..]);
            return Err(is_not(": it begins with http instead of https").with_remedy(format!("write {secure}")));
        }
        let host = Hostname::of(link);
        if !host.is_valid() {
            return Err(is_not(": no host has such a name"));
        }
        let is_aws_port = host.authority() == host.name();
        let end = link.rest.find(['?', '#']).unwrap_or(link.rest.len());
        let path = link.rest[..end].trim_end_matches('/');
        match Form::of(host.name()) {
            _ if is_account_id(&plain) => Err(is_not(": it is the ID of an AWS account")),
            _ if is_of_aws(host.name()) && !is_aws_port => {
                Err(is_not(&format!(": AWS has no portal at the port {}", link.port())))
            }
            Some(form) => Self::of_aws(&host, path, form).map_err(|why| is_not(&format!(": {why}"))),
            None if form::is_aws_portal(host.name()) => Ok(Self::elsewhere(&host, path, link, Owner::Aws)),
            None if is_of_aws(host.name()) => Err(is_not(": that is another page of AWS")),
            // It was no address, and is none of the words that AWS permits.
            None if !plain.contains(['.', ':']) && !link.is_loopback() => Err(is_not("")),
            None if link.is_loopback() => Ok(Self::elsewhere(&host, path, link, Owner::ThisMachine)),
            None => Ok(Self::elsewhere(&host, path, link, Owner::Company)),
        }
    }

    /// The address of the portal's page in this Region. A start URL may be an issuer's, which has no page; `None` where
    /// that names no instance.
    pub(crate) fn page(start_url: &str, region: &str) -> Option<String> {
        let is_issuer =
            Link::parse(start_url).is_some_and(|link| Hostname::of(link).name().starts_with("identitycenter."));
        if !is_issuer {
            return Some(StartUrl::of(start_url).to_string());
        }
        let portal = Self::read(start_url).ok()?;
        let host = form::portal_host(portal.partition?.name, &portal.instance?, region)?;
        Some(format!("https://{host}"))
    }

    /// Of a host that AWS documents.
    fn of_aws(host: &Hostname, path: &str, form: Form) -> Result<Self, String> {
        let segments: Vec<_> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let (path, id) = match (form.path, segments.as_slice()) {
            (PathRule::Start, ["start", ..]) | (PathRule::Any, _) => (path.to_owned(), form.id),
            // Whatever page of the portal is open, this is where it begins.
            (PathRule::Start, _) => ("/start".to_owned(), form.id),
            (PathRule::Directory, ["directory", id, ..]) => (format!("/directory/{id}"), Some(*id)),
            (PathRule::Directory, _) => return Err("after the host it needs /directory/ and a name".to_owned()),
            (PathRule::Id, [id, ..]) => (format!("/{id}"), Some(*id)),
            (PathRule::Id, []) => return Err("after the host it needs the id of an instance, ssoins-…".to_owned()),
        };
        // The portal of AWS Builder ID, which leads to no accounts.
        if form.path == PathRule::Start && form.id == Some("view") {
            return Err("it is that of AWS Builder ID, which has no AWS accounts".to_owned());
        }
        let region: Option<Region> = form.region.and_then(|region| region.parse().ok());
        let of_form = || Partition::named(form.partition);
        if let Some(region) = region.as_deref() {
            let of_region = Partition::of_region(region).name;
            // GovCloud (US) has its portals at the same hosts as AWS.
            if of_region != form.partition && (form.partition, of_region) != ("aws", "aws-us-gov") {
                return Err(format!("{region} is not a Region of {}", form.partition));
            }
        }
        Ok(Self {
            url: format!("https://{}{path}", host.authority()),
            partition: region.as_deref().map(Partition::of_region).or_else(of_form),
            region,
            instance: id.filter(|id| id.starts_with("ssoins-")).map(str::to_owned),
            session_name: id.map_or(PLAIN_NAME.to_owned(), name_of_id),
            owner: Owner::Aws,
            is_dualstack: form.is_dualstack,
            is_fips: form.is_fips,
        })
    }

    fn elsewhere(host: &Hostname, path: &str, link: Link<'_>, owner: Owner) -> Self {
        let scheme = if link.is_https { "https" } else { "http" };
        let is_name = owner == Owner::Company
            && host.name().bytes().any(|byte| byte.is_ascii_alphabetic())
            && !host.name().contains(':');
        Self {
            url: format!("{scheme}://{}{path}", host.authority()),
            region: None,
            partition: None,
            instance: None,
            session_name: if is_name { name_of_company(host.name()) } else { PLAIN_NAME.to_owned() },
            owner,
            is_dualstack: false,
            is_fips: false,
        }
    }
}

/// The address that an abbreviated one stands for.
fn with_scheme(text: &str) -> String {
    if text.split_once("://").is_some_and(|(scheme, _)| scheme.bytes().all(|byte| byte.is_ascii_alphabetic())) {
        return text.to_owned();
    }
    // Without its colon, or with a slash too few.
    for scheme in ["https", "http"] {
        let rest = text.get(..scheme.len()).filter(|start| start.eq_ignore_ascii_case(scheme));
        let rest = rest.map(|start| &text[start.len()..]);
        let lost = ["//", ":/"].into_iter().find_map(|lost| rest?.strip_prefix(lost));
        if let Some(rest) = lost.filter(|rest| !rest.starts_with('/')) {
            return format!("{scheme}://{rest}");
        }
    }
    let text = text.trim_start_matches('/');
    let end = text.find(['/', '?', '#']).unwrap_or(text.len());
    let (host, rest) = text.split_at(end);
    let word = host.to_ascii_lowercase();
    if host.contains(['.', ':']) || word == "localhost" || !is_host_label(&word) {
        return format!("https://{text}");
    }
    if word.starts_with("ssoins-") {
        return format!("https://identitycenter.amazonaws.com/{word}");
    }
    format!("https://{word}.awsapps.com{rest}")
}

/// Whether a text is twelve digits, perhaps in groups.
fn is_account_id(text: &str) -> bool {
    let is_grouped = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    is_grouped && text.bytes().filter(u8::is_ascii_digit).count() == 12
}

/// What was typed, in the length of a message and without a password.
fn shown(text: &str) -> String {
    const LONGEST: usize = 100;
    let seen: String = text.chars().filter(|letter| letter.is_whitespace() || !pasted::is_blank(*letter)).collect();
    let text = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = if text.contains('@') { without_password(&text) } else { text };
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Whether a host is AWS's, whatever it serves.
fn is_of_aws(host: &str) -> bool {
    // Pages of AWS that no partition names.
    const OTHERS: [&str; 7] = [
        "aws.amazon.com",
        "amazonaws.cn",
        "amazonaws-us-gov.com",
        "amazonwebservices.com.cn",
        "amazonwebservices.eu",
        "api.aws",
        "signin.aws",
    ];
    let of_partitions = PARTITIONS.iter().flat_map(|partition| {
        let suffix = Some(partition.dns_suffix);
        [suffix, partition.console_host, partition.sign_in_host, partition.sign_out_host].into_iter().flatten()
    });
    of_partitions.chain(OTHERS).chain(form::PORTAL_DOMAINS).any(|domain| form::is_below(host, domain))
}

/// A name from a word that AWS or a company has chosen for its portal; AWS's own are numbers that say nothing.
fn name_of_id(id: &str) -> String {
    let is_number =
        |prefix: &str| id.strip_prefix(prefix).is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let id = id.to_ascii_lowercase();
    if is_number("d-") || id.starts_with("ssoins-") || !is_host_label(&id) { PLAIN_NAME.to_owned() } else { id }
}

/// The company's own word in its domain: `mycompany` of `aws.mycompany.co.uk`.
fn name_of_company(host: &str) -> String {
    const SECOND_LEVELS: [&str; 9] = ["ac", "co", "com", "edu", "go", "gov", "net", "or", "org"];
    let labels: Vec<_> = host.split('.').collect();
    let name = match labels.as_slice() {
        [.., name, second, _] if SECOND_LEVELS.contains(second) => name,
        [.., name, _] | [name] => name,
        [] => PLAIN_NAME,
    };
    if name.is_empty() { PLAIN_NAME.to_owned() } else { name.to_owned() }
}
