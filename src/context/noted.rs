//! What earlier changes of this shell did, by the note that they left in it.

use crate::environment;
use crate::shell::Displaced;

/// The region that this environment has of its own: not by an earlier change.
pub(super) fn own_region() -> Option<String> {
    Displaced::own_region(note().as_ref(), environment::direnv_folder().as_deref(), &environment::current)
}

/// What earlier changes of this shell displaced.
pub(crate) fn note() -> Option<Displaced> {
    environment::current(Displaced::VARIABLE).and_then(|text| Displaced::from_variable(text.to_str()?))
}
