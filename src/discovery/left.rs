//! What an update counts, and what it leaves as it is: each reason with its words.

use std::collections::BTreeMap;

/// The result of an update.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Profiles that did not exist.
    pub new: usize,
    /// Profiles that existed and were changed.
    pub changed: usize,
    /// Of these, the ones whose role was assumed with another role.
    pub rebased: usize,
    /// Of these, the ones whose role was assumed with the same role and other options.
    pub reoptioned: usize,
    /// Profiles that existed and were right already.
    pub unchanged: usize,
    /// Profiles of the block whose role the service no longer offers, or which have another name now.
    pub stale: usize,
    /// Of these, the ones whose role has a profile of another name now: the old name, and the new one.
    pub renamed: Vec<(String, String)>,
    /// The others of these: their role is no longer offered.
    pub gone: Vec<String>,
    /// The profiles that were given to another role: the name, the role before, and the one now.
    pub passed_on: Vec<[String; 3]>,
    /// The profiles that were left as they are, by the reason.
    pub left: BTreeMap<Left, Vec<String>>,
    /// How many roles have no profile because another one that this tool wrote has their name.
    pub lacking: usize,
    /// What `-p` called the Identity Center in blocks that were written under another name.
    pub taken_over: Vec<String>,
    /// The same of blocks that nothing in the config tells the Identity Center of.
    pub unclaimed: Vec<String>,
}

/// Why a profile was left as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Left {
    /// It gets its credentials from another Identity Center, which the config calls so.
    OtherInstance(String),
    /// It was discovered under a name that is in the config no more, and nothing tells which Identity Center that was.
    Unclaimed(String),
    /// The user gave it other credentials, or another role.
    OtherCredentials,
    /// The credentials file has keys or another source for it, which most SDKs take first.
    Hidden,
    /// The SDKs disagree on where it begins.
    Misread,
    /// Its role has a name that cannot stand in the config.
    Unwritable,
    /// It is named by another template, or by an earlier name of its account, and the user has added to it.
    Edited,
    /// It is named so too, and another profile takes its credentials from it.
    Source,
    /// Its role is not offered any more, and the user has added to it.
    Gone,
    /// The user set a region or an output format that `--region` and `--output` do not replace.
    OwnSettings,
}

impl Left {
    /// Whether another profile that this tool wrote has the role's name.
    pub(super) fn is_conflict(&self) -> bool {
        matches!(self, Self::OtherInstance(_) | Self::Unclaimed(_) | Self::Hidden)
    }

    /// The reason in a list of counts.
    fn counted(&self) -> &'static str {
        match self {
            Self::OtherInstance(_) => "of another Identity Center",
            Self::Unclaimed(_) => "of a name that is not in the config",
            Self::OtherCredentials => "with other credentials",
            Self::Hidden => "that the credentials file hides",
            Self::Misread => "that not all SDKs read",
            Self::Unwritable => "that cannot be written",
            Self::Edited => "with another name and lines of yours",
            Self::Source => "with another name, the source_profile of others",
            Self::Gone => "without a role, with lines of yours",
            Self::OwnSettings => "with a region or output of yours",
        }
    }

    /// What is said of these profiles, whose names follow.
    pub(crate) fn sentence(&self) -> String {
        match self {
            Self::OtherInstance(name) => {
                format!("these profiles are of another Identity Center, {name}, so they were left as they are")
            }
            Self::Unclaimed(name) => {
                format!(
                    "these profiles were discovered with -p {name}, which is not in the config, so they were left as \
                     they are"
                )
            }
            Self::OtherCredentials => {
                "these profiles have other credentials or another role, so they were left as they are".to_owned()
            }
            Self::Hidden => {
                "the credentials file has credentials of its own for these profiles, which most SDKs take first, so \
                 they were left as they are"
                    .to_owned()
            }
            Self::Misread => "SDKs disagree on where these profiles begin, so they were left as they are".to_owned(),
            Self::Unwritable => "these roles have names that cannot stand in the config".to_owned(),
            Self::Edited => {
                "you have added lines to these profiles, whose roles have profiles of another name now, so they were \
                 left as they are"
                    .to_owned()
            }
            Self::Source => {
                "the roles of these profiles have profiles of another name now, but other profiles name them as their \
                 source_profile, so they were left as they are"
                    .to_owned()
            }
            Self::Gone => {
                "the roles of these profiles are not offered any more, but you have added lines to them, so they were \
                 left as they are"
                    .to_owned()
            }
            Self::OwnSettings => {
                "these profiles have a region or an output that discovery did not write, so it was left as it is"
                    .to_owned()
            }
        }
    }
}

impl Counts {
    pub(super) fn leave(&mut self, reason: Left, name: &str) {
        self.left.entry(reason).or_default().push(name.to_owned());
    }

    /// The counts in one line; `prune`: stale profiles were removed.
    pub(crate) fn summary(&self, prune: bool) -> String {
        let Self { new, changed, unchanged, stale, .. } = self;
        let how = [(self.rebased, "with another base"), (self.reoptioned, "with other options")];
        let how = how.into_iter().filter(|(count, _)| *count > 0).map(|(count, how)| format!("{count} {how}"));
        let how: Vec<_> = how.collect();
        let how = if how.is_empty() { String::new() } else { format!(" ({})", how.join(", ")) };
        let hint = match (prune, stale) {
            (_, 0) => "",
            (true, _) => " and removed",
            (false, _) => " (--prune removes them)",
        };
        let left = self.left.iter().map(|(reason, names)| (names.len(), reason.counted()));
        // Several other Identity Centers have the same words.
        let mut by_words: BTreeMap<&str, usize> = BTreeMap::new();
        left.for_each(|(count, words)| *by_words.entry(words).or_default() += count);
        let reasons: Vec<_> = by_words.iter().map(|(words, count)| format!("{count} {words}")).collect();
        let total: usize = by_words.values().sum();
        let left = if total == 0 { String::new() } else { format!(", {total} left: {}", reasons.join(", ")) };
        let profiles = if *new == 1 { "profile" } else { "profiles" };
        format!("{new} {profiles} new, {changed} changed{how}, {unchanged} unchanged, {stale} stale{hint}{left}")
    }
}
