//! What earlier changes of this shell did, by the note that they left in it.

use super::Context;
use crate::environment;
use crate::shell::Displaced;

/// The region that this environment has of its own: not by an earlier change.
pub(super) fn own_region() -> Option<String> {
    Displaced::own_region(note().as_ref(), environment::direnv_folder().as_deref(), &environment::current)
}

/// Where a region comes from.
pub(crate) enum RegionSource {
    /// `awsso region` has set it.
    Chosen,
    /// It was set with the role of this shell.
    OfRole,
    /// A variable that the user or another program has set.
    Variable(&'static str),
    /// A profile of the AWS config.
    Profile(String),
}

/// The region in which programs of this shell work, and where it comes from.
pub(crate) fn region(context: &Context) -> Option<(String, RegionSource)> {
    if let Some((variable, region)) = environment::region_variable() {
        let source = match note().filter(|note| note.has_left(variable, &environment::current)) {
            Some(note) if note.chosen_region() == Some(&region) => RegionSource::Chosen,
            Some(_) => RegionSource::OfRole,
            None => RegionSource::Variable(variable),
        };
        return Some((region, source));
    }
    let profile = environment::aws_profile().unwrap_or_else(|| "default".to_owned());
    let region = context.config().ok()?.region_of(&profile)?.to_owned();
    Some((region, RegionSource::Profile(profile)))
}

/// What earlier changes of this shell displaced.
pub(crate) fn note() -> Option<Displaced> {
    environment::current(Displaced::VARIABLE).and_then(|text| Displaced::from_variable(text.to_str()?))
}
