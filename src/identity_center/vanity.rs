//! To which access portal a company's own domain leads.

use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

use super::client::Client;
use super::no_response::connection_error;
use super::service::Service;
use crate::access_portal::{AccessPortal, Owner};
use crate::address::{Link, without_password};
use crate::aws_config::config::Config;
use crate::aws_config::directory::Directory;
use crate::aws_config::network::Network;
use crate::error::{Error, Result};
use crate::partition::InvalidRegion;

/// What a host answered.
struct Answer {
    status: u16,
    /// Each header of this name.
    locations: Vec<String>,
}

/// The access portal to which a company's own domain leads, where no sso-session has it yet.
pub(crate) fn portal_behind(start_url: &str, config: &Config) -> Result<Option<AccessPortal>> {
    let directory = Directory {
        name: String::new(),
        session: None,
        start_url: start_url.to_owned(),
        // The requests that find it out go to the company's domain alone.
        region: "us-east-1".parse().map_err(|error: InvalidRegion| Error::usage(error.to_string()))?,
        redirect_port: None,
        scopes: Vec::new(),
    };
    let client = Client::new(&directory, &Network::of(config, &directory)?);
    client.block_on(async { client.service().portal_behind(start_url).await })
}

impl Service {
    /// The access portal to which a company's own domain leads; `None` for a start URL that is a portal's own.
    ///
    /// Errors: it leads to none. The error says what was expected of it.
    pub(crate) async fn portal_behind(&self, start_url: &str) -> Result<Option<AccessPortal>> {
        let Ok(portal) = AccessPortal::read(start_url) else { return Ok(None) };
        let answer = match portal.owner {
            Owner::Aws => return Ok(None),
            Owner::Company => self.look(&portal.url).await?,
            // A local Identity Center is where it is, unless its page leads to another one.
            Owner::ThisMachine => match self.look(&portal.url).await {
                Ok(answer) if answer.target().is_some() => answer,
                _ => return Ok(None),
            },
        };
        if answer.status >= 500 {
            return Err(Error::service(format!(
                "the start URL {} answers with the status {}",
                portal.url, answer.status
            ))
            .with_remedy("run the same command again later; if that does not help, ask who runs that host"));
        }
        answer.portal(portal.owner).map(Some).map_err(|why| leads_elsewhere(&portal.url, &why))
    }

    /// Asks with `HEAD`, and with `GET` where that is refused. A redirect is not followed.
    async fn look(&self, url: &str) -> Result<Answer> {
        match self.ask("HEAD", url).await? {
            Answer { status: 400.., .. } => self.ask("GET", url).await,
            answer => Ok(answer),
        }
    }

    async fn ask(&self, method: &str, url: &str) -> Result<Answer> {
        let unsafe_url = |_| Error::usage("the start URL is not an https URL");
        let mut request = HttpRequest::get(url).map_err(unsafe_url)?;
        request.set_method(method).map_err(unsafe_url)?;
        match self.connector().call(request).await {
            Ok(response) => Ok(Answer {
                status: response.status().as_u16(),
                locations: response.headers().get_all("location").map(str::to_owned).collect(),
            }),
            Err(error) => {
                let error = connection_error(&error);
                // No Region has led to this host.
                let remedy = error.remedy().map(|remedy| remedy.replace("sso_region", "sso_start_url"));
                Err(error.with_any_remedy(remedy))
            }
        }
    }
}

impl Answer {
    /// Where a redirect leads.
    fn target(&self) -> Option<&str> {
        let first = self.locations.first().map(String::as_str);
        first.filter(|_| matches!(self.status, 301 | 302 | 303 | 307 | 308))
    }

    /// The access portal that it leads to, else where it leads. The domain of a company leads to AWS, and that of this
    /// machine stays here.
    fn portal(&self, owner: Owner) -> Result<AccessPortal, String> {
        let Some(target) = self.target() else { return Err(format!("answers with the status {}", self.status)) };
        if self.locations.len() > 1 {
            return Err("leads to two addresses".to_owned());
        }
        if target.contains('\\') {
            return Err("leads to an address with a backslash, whose host is not clear".to_owned());
        }
        let is_plain = Link::parse(target).is_some_and(|link| link.is_safe());
        let expected = if owner == Owner::Company { Owner::Aws } else { owner };
        let portal = AccessPortal::read(target).ok().filter(|portal| is_plain && portal.owner == expected);
        portal.ok_or_else(|| {
            // What follows the host may be somebody's secret.
            let shown =
                if target.contains("://") { without_password(target) } else { "another page of its own".to_owned() };
            format!("leads to {shown}")
        })
    }
}

fn leads_elsewhere(start_url: &str, why: &str) -> Error {
    let expected = "expected is one redirect, over https, to a host of AWS's access portals";
    Error::usage(format!("the start URL {start_url} {why}; {expected}"))
        .with_remedy("check sso_start_url in the AWS config, or ask who runs that host")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_two_programs_could_read_in_two_ways_leads_nowhere() {
        const PORTAL: &str = "https://d-1.awsapps.com/start";
        let cases = [
            (vec![PORTAL], None),
            (vec![PORTAL, "https://evil.example"], Some("leads to two addresses")),
            (vec![r"https://evil.example\@d-1.awsapps.com/"], Some("with a backslash, whose host is not clear")),
            (vec!["https://d-1.awsapps.com:8443/start"], Some("leads to https://d-1.awsapps.com:8443")),
            (vec!["https://.awsapps.com/start"], Some("leads to https://.awsapps.com")),
        ];
        for (locations, why) in cases {
            let answer = Answer { status: 302, locations: locations.iter().map(|url| (*url).to_owned()).collect() };
            match (answer.portal(Owner::Company), why) {
                (Ok(portal), None) => assert_eq!(portal.url, PORTAL),
                (Err(error), Some(why)) => assert!(error.contains(why), "{error}"),
                (found, _) => panic!("{locations:?}: {found:?}"),
            }
        }
    }
}
