//! One Identity Center in several Regions: its users, accounts and roles are the same, but each Region has its own
//! sign-ins. And regions that AWS does not have.

use super::Context;
use crate::access_portal::AccessPortal;
use crate::aws_config::config::Section;
use crate::aws_config::directory::Directory;
use crate::terminal::{self, clean};
use crate::{environment, known_regions};

impl Context {
    /// Why a sign-in is needed although there is one to the same Identity Center; `None` where there is none.
    pub(crate) fn signed_in_elsewhere(&self, directory: &Directory) -> Option<String> {
        let config = self.config().ok()?;
        let others = config.directories().iter().filter_map(|name| config.directory(name).ok());
        let other = others
            .filter(|other| other.region != directory.region && is_same_instance(other, directory))
            .find(|other| self.is_signed_in(other))?;
        Some(format!(
            "you are signed in to this Identity Center in {}, as {}; Identity Center does not replicate that to other \
             Regions, so {} needs a sign-in of its own",
            other.region,
            clean(&other.name),
            directory.region
        ))
    }
}

fn is_same_instance(one: &Directory, other: &Directory) -> bool {
    let instance = |directory: &Directory| AccessPortal::read(&directory.start_url).ok()?.instance;
    one.has_start_url(&other.start_url) || instance(one).is_some_and(|id| instance(other) == Some(id))
}

/// Says that the region of a profile is none, or probably a typing error. AWS tools take it as it is.
pub(super) fn warn_of_region(profile: &Section<'_>, region: &str) {
    let line = profile.line_of("region").map(|line| format!(":{line}")).unwrap_or_default();
    let (file, name) = (environment::shown(profile.file()), profile.name());
    terminal::warn(&match known_regions::doubt(region) {
        Some(doubt) => format!("{file}{line}: region = {region}: {doubt}"),
        None => format!("{file}{line}: {region} is not a region, so roles do not get it from {name}"),
    });
}

/// Says that AWS has no region of this name, as far as this version knows. It may be new. A user
/// who has insisted on one knows that.
pub(super) fn warn_if_unknown(region: &str) {
    if known_regions::is_unknown(region) && known_regions::doubt(region).is_none() {
        terminal::warn(&format!("{region} is none of the regions that this version knows"));
    }
}
