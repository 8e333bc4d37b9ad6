//! Carries another program's change of an AWS file over to another version of the file.

use std::collections::HashSet;

/// `content` with what changed in the file `from` when it became `to`, section by section.
///
/// Where both changed one section, that of `to` counts.
pub(super) fn carried(content: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    if content == from {
        return to.to_vec();
    }
    let [mut sections, from, to] = [content, from, to].map(sections);
    let (before, after): (HashSet<_>, HashSet<_>) = (from.iter().copied().collect(), to.iter().copied().collect());
    let headers: HashSet<_> = to.iter().map(|section| header(section)).collect();
    let is_deleted = |section: &&[u8]| before.contains(section) && !headers.contains(header(section));
    sections.retain(|section| !is_deleted(section));
    for section in to.into_iter().filter(|section| !before.contains(section)) {
        match sections.iter().position(|other| header(other) == header(section) && !after.contains(other)) {
            Some(place) => sections[place] = section,
            None if !sections.contains(&section) => sections.push(section),
            None => {}
        }
    }
    let mut result = Vec::with_capacity(content.len());
    for section in sections {
        if !result.is_empty() && !result.ends_with(b"\n") {
            result.push(b'\n');
        }
        result.extend_from_slice(section);
    }
    result
}

/// The text up to the first header, then each section with its header.
fn sections(text: &[u8]) -> Vec<&[u8]> {
    let mut starts = vec![0];
    let lines = text.split_inclusive(|byte| *byte == b'\n');
    let mut position = 0;
    for line in lines {
        if line.first() == Some(&b'[') && position > 0 {
            starts.push(position);
        }
        position += line.len();
    }
    starts.push(position);
    starts.windows(2).map(|pair| &text[pair[0]..pair[1]]).filter(|section| !section.is_empty()).collect()
}

fn header(section: &[u8]) -> &[u8] {
    let line = section.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if line.first() == Some(&b'[') { line.trim_ascii_end() } else { b"" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_carried_over_section_by_section() {
        let cases = [
            // Nothing else changed.
            ("[a]\n", "[a]\n", "[a]\n[b]\n", "[a]\n[b]\n"),
            // Both appended.
            ("[a]\n[b]\n", "[a]\n[ours]\n", "[a]\n[ours]\n[c]\n", "[a]\n[b]\n[c]\n"),
            ("[a]\n[b]", "[a]\n", "[a]\n[c]\n", "[a]\n[b]\n[c]\n"),
            // One appended, the other changed, deleted, or changed the same.
            ("[a]\n[b]\n", "[a]\nx = 1\n", "[a]\nx = 2\n", "[a]\nx = 2\n[b]\n"),
            ("[a]\n[b]\n[c]\n", "[a]\n[b]\n", "[a]\n", "[a]\n[c]\n"),
            ("[a]\nx = 1\n[b]\n", "[a]\n[b]\n", "[a]\nx = 1\n[b]\n", "[a]\nx = 1\n[b]\n"),
            ("# 1\n[a]\n[b]\n", "# 1\n[a]\n", "# 2\n[a]\n", "# 2\n[a]\n[b]\n"),
            // The file was deleted, and then there was another.
            ("", "[a]\n", "[a]\n[b]\n", "[b]\n"),
            ("[b]\n", "", "[c]\n", "[b]\n[c]\n"),
        ];
        for (content, from, to, expected) in cases {
            let result = carried(content.as_bytes(), from.as_bytes(), to.as_bytes());
            assert_eq!(String::from_utf8(result).unwrap(), expected, "{content:?} {from:?} {to:?}");
        }
    }
}
