//! The Region of a sign-in, where the start URL is a company's own domain: it may lead to another one from day to day.

use super::valid_token::Session;
use crate::access_portal::AccessPortal;
use crate::aws_cache::token::Token;
use crate::aws_config::sso_region;
use crate::environment::{self, shown};
use crate::error::Result;
use crate::partition::Region;
use crate::terminal::{self, clean};

/// What the service is asked for in place of the start URL and the Region of the config.
pub(super) struct Destination {
    /// The start URL that the service knows.
    pub(super) start_url: String,
    pub(super) region: Region,
}

impl Session<'_> {
    /// Where a person signs in now.
    pub(super) async fn destination(&self) -> Result<Destination> {
        let directory = self.directory;
        let portal = self.client.service().portal_behind(&directory.start_url).await?;
        Ok(match portal {
            None => Destination { start_url: directory.start_url.clone(), region: directory.region.clone() },
            Some(AccessPortal { url, region, .. }) => {
                tracing::info!("{} leads to {url}", directory.start_url);
                Destination { start_url: url, region: region.unwrap_or_else(|| directory.region.clone()) }
            }
        })
    }

    /// Whether the start URL leads to another Region than that of the config by now.
    #[must_use]
    pub fn leads_elsewhere(&self) -> bool {
        let destination = self.client.block_on(self.destination());
        destination.is_ok_and(|destination| destination.region != self.directory.region)
    }

    /// Sends all further requests to the Region in which this token counts.
    pub(super) fn go_where_it_counts(&self, token: &Token) {
        if let Some(region) = region_of(token) {
            self.client.go_to(&region);
        }
    }

    /// Makes the Region of a new sign-in that of the config, where every AWS tool looks for it.
    pub(super) fn keep_region(&self, token: &Token) {
        let directory = self.directory;
        let Some(region) = region_of(token).filter(|region| *region != directory.region) else { return };
        let ((kind, name), before) = (directory.section(), &directory.region);
        let start_url = clean(&directory.start_url);
        match sso_region::write(directory, &region) {
            Ok(()) => terminal::show(&format!(
                "aws-sso: {start_url} leads to the Region {region} now: the sso_region of the {kind} {} was {before} \
                 and is changed\n",
                clean(name),
            )),
            Err(error) => {
                let file = environment::config_file().map(|path| shown(&path)).unwrap_or_default();
                terminal::warn(&format!(
                    "{start_url} leads to the Region {region} now, and the config could not be changed: {error}; \
                     write into {file}, below [{kind} {name}]: sso_region = {region}"
                ));
            }
        }
    }
}

fn region_of(token: &Token) -> Option<Region> {
    token.region.as_deref()?.parse().ok()
}
