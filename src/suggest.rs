//! What may have been meant by a name: the same one in other letters, or one that is near.

use std::cmp::Ordering;

/// The name without regard to case: two that a person takes for the same become equal.
///
/// It goes letter by letter over the capitals, so that `ß` and `SS`, the three sigmas, and the Turkish `ı` and `I`
/// become the same wherever they stand.
pub(crate) fn folded(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    name.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

/// The order of names in lists: without regard to case. Those that differ in case alone have an order of their own.
pub(crate) fn by_name(one: &str, other: &str) -> Ordering {
    let order = if one.is_ascii() && other.is_ascii() {
        let [one, other] = [one, other].map(|name| name.bytes().map(|byte| byte.to_ascii_lowercase()));
        one.cmp(other)
    } else {
        folded(one).cmp(&folded(other))
    };
    order.then_with(|| one.cmp(other))
}

/// The names that are most like `asked`, the nearest first, at most `count`. Names that are far off are left out.
pub(crate) fn nearest<'a>(asked: &str, names: impl Iterator<Item = &'a str>, count: usize) -> Vec<&'a str> {
    near(asked, names).into_iter().take(count).map(|(_, name)| name).collect()
}

/// The same without those that differ in more letters than the first ones do.
pub(crate) fn closest<'a>(asked: &str, names: impl Iterator<Item = &'a str>, count: usize) -> Vec<&'a str> {
    let near = near(asked, names);
    let Some((least, _)) = near.first().copied() else { return Vec::new() };
    let closest = near.into_iter().take_while(|(distance, _)| *distance <= least);
    closest.take(count).map(|(_, name)| name).collect()
}

/// The names that are like `asked`, in how many letters they differ, the nearest first.
fn near<'a>(asked: &str, names: impl Iterator<Item = &'a str>) -> Vec<(usize, &'a str)> {
    let asked = folded(asked);
    let length = asked.chars().count();
    // A third of the letters may differ.
    let limit = length.div_ceil(3);
    let mut near: Vec<_> = names
        .filter(|name| !name.is_empty())
        .filter_map(|name| {
            let candidate = folded(name);
            let longer = candidate.chars().count().abs_diff(length);
            let distance = if is_part(&asked, &candidate) {
                1
            } else if longer > limit {
                // Of fifty thousand names, most need no closer look.
                return None;
            } else {
                strsim::levenshtein(&asked, &candidate)
            };
            (distance <= limit).then_some((distance, longer, name))
        })
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().map(|(distance, _, name)| (distance, name)).collect()
}

/// Whether one name starts or ends the other. Fewer than three letters in common are taken for chance.
fn is_part(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    one != other && short.chars().count() >= 3 && (long.starts_with(short) || long.ends_with(short))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_case_alone_become_the_same() {
        for (one, other) in
            [("Prod", "pROD"), ("Straße", "STRASSE"), ("ΟΔΟΣ", "οδος"), ("ISPARTA", "ısparta"), ("Å", "å")]
        {
            assert_eq!(folded(one), folded(other));
        }
        for (one, other) in [("prod", "prod "), ("a", "á"), ("İ", "i"), ("o", "0")] {
            assert_ne!(folded(one), folded(other));
        }
    }

    #[test]
    fn the_nearest_names_come_first_and_far_ones_not_at_all() {
        let names = ["", "prod", "corp-prod", "corp", "CORP2", "sandbox", "crop", "core", "corq", "corps"];
        let cases: [(&str, &[&str]); 7] = [
            ("corp", &["corp", "core", "corq", "CORP2", "corps"]),
            ("corp-", &["CORP2", "corps", "corp", "corp-prod", "core"]),
            ("sandbx", &["sandbox"]),
            ("SANDBOX", &["sandbox"]),
            ("zebra", &[]),
            ("", &[]),
            ("q", &[]),
        ];
        for (asked, expected) in cases {
            assert_eq!(nearest(asked, names.into_iter(), 5), expected, "{asked}");
        }
        assert_eq!(closest("corx", names.into_iter(), 5), ["core", "corp", "corq"]);
        assert_eq!(closest("sandbx", names.into_iter(), 5), ["sandbox"]);
        assert_eq!(closest("zebra", names.into_iter(), 5), [] as [&str; 0]);
    }
}
