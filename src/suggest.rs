//! Which names a mistyped one may have meant.

/// The names most like `asked`, the nearest first, at most `count`; none that are far off.
pub(crate) fn nearest<'a>(asked: &str, names: impl Iterator<Item = &'a str>, count: usize) -> Vec<&'a str> {
    let asked: Vec<char> = asked.to_lowercase().chars().collect();
    // A third of the letters may differ.
    let limit = asked.len().div_ceil(3);
    let mut near: Vec<_> = names
        .filter_map(|name| {
            let letters: Vec<char> = name.to_lowercase().chars().collect();
            let part = if is_part(&asked, &letters) { 1 } else { usize::MAX };
            let distance = distance(&asked, &letters).min(part);
            (distance <= limit).then(|| (distance, letters.len().abs_diff(asked.len()), name))
        })
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(count).map(|(_, _, name)| name).collect()
}

/// Whether one name starts or ends the other, long enough to mean it.
fn is_part(one: &[char], other: &[char]) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    short.len() >= 3 && (long.starts_with(short) || long.ends_with(short))
}

/// How many letters have to be changed, added or left out (Levenshtein).
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, letter) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, against) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != against);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_names_come_first_and_far_ones_not_at_all() {
        let names = ["prod", "corp-prod", "corp", "CORP2", "sandbox", "crop", "core", "corq", "corps"];
        let cases: [(&str, &[&str]); 6] = [
            ("corp", &["corp", "core", "corq", "CORP2", "corps"]),
            ("corp-", &["CORP2", "corps", "corp", "corp-prod", "core"]),
            ("sandbx", &["sandbox"]),
            ("SANDBOX", &["sandbox"]),
            ("zebra", &[]),
            ("", &[]),
        ];
        for (asked, expected) in cases {
            assert_eq!(nearest(asked, names.into_iter(), 5), expected, "{asked}");
        }
    }
}
