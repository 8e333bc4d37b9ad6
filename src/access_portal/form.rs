//! The hosts on which AWS serves access portals, in each partition.

use crate::address::Link;
use crate::partition::is_aws_region;

/// A host as AWS documents it, its start URL's path, and what the host says.
struct Documented {
    /// `ID` and `REGION` stand for one label each.
    host: &'static str,
    path: PathRule,
    partition: &'static str,
    is_dualstack: bool,
}

/// What follows the host in a start URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PathRule {
    /// `/start`.
    Start,
    /// `/directory/` and a name.
    Directory,
    /// The id of an instance.
    Id,
    /// Nothing, or a page.
    Any,
}

const fn row(host: &'static str, path: PathRule, partition: &'static str, is_dualstack: bool) -> Documented {
    Documented { host, path, partition, is_dualstack }
}

/// From the user guides of Identity Center and the AWS CLI's own list; the first that matches counts.
const DOCUMENTED: [Documented; 15] = [
    row("ID.awsapps.com", PathRule::Start, "aws", false),
    row("ID.REGION.portal.amazonaws.com", PathRule::Any, "aws", false),
    row("ID.portal.REGION.app.aws", PathRule::Any, "aws", true),
    row("identitycenter.amazonaws.com", PathRule::Id, "aws", false),
    row("start.us-gov-home.awsapps.com", PathRule::Directory, "aws-us-gov", false),
    row("start.REGION.us-gov-home.awsapps.com", PathRule::Directory, "aws-us-gov", false),
    row("identitycenter.us-gov.amazonaws.com", PathRule::Id, "aws-us-gov", false),
    row("start.home.awsapps.cn", PathRule::Directory, "aws-cn", false),
    row("start.REGION.home.awsapps.cn", PathRule::Directory, "aws-cn", false),
    row("ID.REGION.portal.amazonaws.com.cn", PathRule::Any, "aws-cn", false),
    row("ID.portal.REGION.app.amazonwebservices.com.cn", PathRule::Any, "aws-cn", true),
    row("identitycenter.amazonaws.com.cn", PathRule::Id, "aws-cn", false),
    row("ID.REGION.portal.amazonaws.eu", PathRule::Any, "aws-eusc", false),
    row("ID.portal.REGION.api.amazonwebservices.eu", PathRule::Any, "aws-eusc", true),
    row("identitycenter.amazonaws.eu", PathRule::Id, "aws-eusc", false),
];

/// The domains below which AWS serves nothing but access portals, in whatever form.
pub(super) const PORTAL_DOMAINS: [&str; 7] = [
    "awsapps.com",
    "awsapps.cn",
    "app.aws",
    "portal.amazonaws.com",
    "portal.amazonaws.com.cn",
    "app.amazonwebservices.com.cn",
    "portal.amazonaws.eu",
];

/// What a documented host says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Form<'a> {
    pub path: PathRule,
    pub partition: &'static str,
    pub region: Option<&'a str>,
    pub id: Option<&'a str>,
    pub is_dualstack: bool,
    pub is_fips: bool,
}

impl<'a> Form<'a> {
    /// The form of a host in lower case.
    pub(super) fn of(host: &'a str) -> Option<Self> {
        DOCUMENTED.iter().find_map(|documented| Self::matching(documented, host))
    }

    fn matching(documented: &Documented, host: &'a str) -> Option<Self> {
        let mut form = Self {
            path: documented.path,
            partition: documented.partition,
            region: None,
            id: None,
            is_dualstack: documented.is_dualstack,
            is_fips: false,
        };
        let mut labels = host.split('.');
        for expected in documented.host.split('.') {
            let label = labels.next()?;
            match expected {
                "ID" if !label.is_empty() => form.id = Some(label),
                "REGION" if is_aws_region(label) => form.region = Some(label),
                // AWS ends the names of FIPS endpoints so.
                "portal" if label == "portal-fips" => form.is_fips = true,
                _ if expected == label => {}
                _ => return None,
            }
        }
        labels.next().is_none().then_some(form)
    }
}

/// The host of an instance's portal in a Region. `GovCloud` (US) has its portals at the same hosts as AWS.
pub(super) fn portal_host(partition: &str, instance: &str, region: &str) -> Option<String> {
    let partition = if partition == "aws-us-gov" { "aws" } else { partition };
    let documented = DOCUMENTED.iter().find(|row| row.is_dualstack && row.partition == partition)?;
    Some(documented.host.replace("ID", instance).replace("REGION", region))
}

/// Whether AWS serves access portals there, though perhaps in a form that is not documented yet.
pub(super) fn is_aws_portal(host: &str) -> bool {
    PORTAL_DOMAINS.iter().any(|domain| host != *domain && is_below(host, domain))
}

/// Whether a host is this domain or below it.
pub(super) fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|labels| labels.is_empty() || labels.ends_with('.'))
}

/// A host as all parsers write it: in lower case, without the dot of the root, and without a port that says nothing.
#[derive(Debug)]
pub(super) struct Hostname {
    name: String,
    authority: String,
}

impl Hostname {
    pub(super) fn of(link: Link<'_>) -> Self {
        let name = link.host.strip_suffix('.').unwrap_or(link.host).to_ascii_lowercase();
        let usual = if link.is_https { 443 } else { 80 };
        let bracketed = if name.contains(':') { format!("[{name}]") } else { name.clone() };
        let authority = if link.port() == usual { bracketed } else { format!("{bracketed}:{}", link.port()) };
        Self { name, authority }
    }

    /// Whether DNS can have this name.
    pub(super) fn is_valid(&self) -> bool {
        let is_label = |label: &str| (1..=63).contains(&label.len());
        self.name.contains(':') || (self.name.len() <= 253 && self.name.split('.').all(is_label))
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The host, with its port where that matters.
    pub(super) fn authority(&self) -> &str {
        &self.authority
    }
}
