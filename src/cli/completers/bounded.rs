//! A list that stays short however much there is to offer.

use super::typed::{Fit, Typed, shared};

/// How many values are offered at most; shells ask before they show a tenth of it.
pub(super) const MOST: usize = 1000;

/// Something to offer.
pub(super) trait Value {
    fn value(&self) -> &str;
}

/// Everything while that is little, so that a shell can match by its own rules; else only what fits the typed text.
#[derive(Debug)]
pub(super) struct Bounded<'a, T> {
    typed: &'a Typed,
    /// All that were added, until they are too many.
    all: Option<Vec<T>>,
    starts: Cut<T>,
    insides: Cut<T>,
}

/// A list that is cut where it has become too long.
#[derive(Debug)]
struct Cut<T> {
    values: Vec<T>,
    /// The length of the common prefix of all values that were added, kept or not: a shell inserts it by itself.
    shared: usize,
}

impl<'a, T: Value> Bounded<'a, T> {
    pub(super) fn new(typed: &'a Typed) -> Self {
        let empty = || Cut { values: Vec::new(), shared: usize::MAX };
        Self { typed, all: Some(Vec::new()), starts: empty(), insides: empty() }
    }

    /// Whether a value would be kept. It spares the work of making one, of which there may be 50,000.
    pub(super) fn takes(&self, value: &str) -> bool {
        self.all.is_some()
            || match self.typed.fit(value) {
                Some(Fit::Start | Fit::StartInOtherCase) => self.starts.takes(value),
                Some(Fit::Inside) => self.starts.values.is_empty() && self.insides.takes(value),
                None => false,
            }
    }

    /// Whether all that was added is still kept.
    pub(super) fn are_few(&self) -> bool {
        self.all.is_some()
    }

    /// Whether further values could change nothing that the shell does.
    pub(super) fn are_enough(&self) -> bool {
        self.starts.values.len() >= MOST && self.starts.shared <= self.typed.text().len()
    }

    pub(super) fn extend(&mut self, values: impl IntoIterator<Item = T>) {
        for value in values {
            self.add(value);
        }
    }

    pub(super) fn add(&mut self, value: T) {
        if let Some(all) = self.all.as_mut().filter(|all| all.len() < MOST) {
            all.push(value);
            return;
        }
        for earlier in self.all.take().into_iter().flatten() {
            self.add_fitting(earlier);
        }
        self.add_fitting(value);
    }

    fn add_fitting(&mut self, value: T) {
        match self.typed.fit(value.value()) {
            Some(Fit::Start | Fit::StartInOtherCase) => self.starts.add(value),
            Some(Fit::Inside) => self.insides.add(value),
            None => {}
        }
    }

    /// What is kept, of a long list those that begin as typed, else those that contain it.
    pub(super) fn into_values(self) -> Vec<T> {
        match self.all {
            Some(all) => all,
            None if self.starts.values.is_empty() => self.insides.values,
            None => self.starts.values,
        }
    }
}

impl<T: Value> Cut<T> {
    /// Beyond [`MOST`], keeps only a value that shortens the common prefix: without it the shell would insert too much.
    fn add(&mut self, value: T) {
        if self.takes(value.value()) {
            self.shared = self.shared.min(self.shared_with(value.value()));
            self.values.push(value);
        }
    }

    fn takes(&self, value: &str) -> bool {
        self.values.len() < MOST || self.shared_with(value) < self.shared
    }

    fn shared_with(&self, value: &str) -> usize {
        self.values.first().map_or(value.len(), |first| shared(first.value(), value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Value for String {
        fn value(&self) -> &str {
            self
        }
    }

    fn kept(typed: &str, values: impl IntoIterator<Item = String>) -> Vec<String> {
        let typed = Typed::new(typed);
        let mut bounded = Bounded::new(&typed);
        bounded.extend(values);
        bounded.into_values()
    }

    #[test]
    fn a_short_list_is_whole_and_a_long_one_has_what_fits() {
        let names = |count: usize| (0..count).map(|number| format!("name-{number:05}"));
        assert_eq!(kept("x", names(MOST)).len(), MOST);
        assert_eq!(kept("x", names(MOST + 1)), Vec::<String>::new());
        assert_eq!(kept("NAME-0001", names(5000)).len(), 10);
        assert_eq!(kept("0001", names(5000)).len(), 11);
        // One that is begun so hides those that contain it.
        assert_eq!(kept("0001", names(5000).chain(["0001-x".to_owned()])), ["0001-x"]);
        let cut = kept("name", names(5000).chain(["name".to_owned()]));
        assert!(cut.len() <= MOST + 2 && cut.contains(&"name".to_owned()), "{}", cut.len());
    }
}
