//! Links between the documents.

use std::collections::{BTreeSet, HashMap};
use std::fs;

use crate::support::documents::{Page, pages, root};

/// The addresses that a page links to, pictures among them.
fn links(page: &str) -> Vec<String> {
    let text: Vec<_> = page.split("```").step_by(2).collect();
    let text = text.concat();
    let ends = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    ends.map(str::to_owned).collect()
}

/// The anchors of a page's headings, as GitHub names them.
fn anchors(page: &str) -> BTreeSet<String> {
    let text: Vec<_> = page.split("```").step_by(2).collect();
    let mut seen: HashMap<String, usize> = HashMap::new();
    let headings = text.iter().flat_map(|text| text.lines()).filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let kept = line.trim_start_matches('#').trim().to_lowercase();
            let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            let anchor: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
            let count = seen.entry(anchor.clone()).and_modify(|count| *count += 1).or_default();
            if *count == 0 { anchor } else { format!("{anchor}-{count}") }
        })
        .collect()
}

fn broken(page: &Page, link: &str) -> bool {
    if link.contains("://") {
        return false;
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = if file.is_empty() { page.path.clone() } else { page.path.parent().unwrap().join(file) };
    !target.exists() || !anchor.is_empty() && !anchors(&fs::read_to_string(target).unwrap()).contains(anchor)
}

#[test]
fn each_link_leads_to_a_file_and_a_heading_that_are_there() {
    let pages = pages();
    let found: Vec<_> = pages.iter().flat_map(|page| links(&page.text).into_iter().map(move |l| (page, l))).collect();
    assert!(found.len() > 60, "{}", found.len());
    let broken: Vec<_> = found.iter().filter(|(page, link)| broken(page, link)).collect();
    let lines: String = broken.iter().map(|(page, link)| format!("\n{}: {link}", page.name())).collect();
    assert!(broken.is_empty(), "these lead nowhere:{lines}");
}

#[test]
fn a_link_without_its_target_is_noticed() {
    let page = |text: &str| Page { path: root().join("docs/any.md"), text: text.to_owned() };
    let sound = page("# A, b-C `d`\n```\n# no heading\n```\n# A, b-C `d`\n");
    assert_eq!(anchors(&sound.text).into_iter().collect::<Vec<_>>(), ["a-b-c-d", "a-b-c-d-1"]);
    for (link, is_broken) in [
        ("settings.md", false),
        ("settings.md#secrets-in-a-keyring", false),
        ("../README.md#install", false),
        ("https://example.com/nowhere#x", false),
        ("lost.md", true),
        ("settings.md#lost", true),
        ("README.md", true),
    ] {
        assert_eq!(links(&format!("[a\nb]({link})")), [link]);
        assert_eq!(broken(&sound, link), is_broken, "{link}");
    }
}

/// A page that nobody links to is a page that nobody finds.
#[test]
fn each_page_of_the_documentation_is_linked_to() {
    let pages = pages();
    let linked: BTreeSet<_> = pages
        .iter()
        .flat_map(|page| links(&page.text).into_iter().map(move |link| (page, link)))
        .filter_map(|(page, link)| page.path.parent()?.join(link.split('#').next()?).canonicalize().ok())
        .collect();
    let is_lost = |page: &&Page| !linked.contains(&page.path) && page.name() != "README.md";
    let lost: Vec<_> = pages.iter().filter(is_lost).map(Page::name).collect();
    assert!(lost.is_empty(), "no page links to {lost:?}");
}
