//! Graphs of names: their circles, and the arrows that suffice.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Arrows, from name to name.
pub(super) type Graph = BTreeSet<(String, String)>;

/// The names that each name has arrows to.
type Targets<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// The shortest circle through each arrow that is part of one, as `a → b → a`.
pub(super) fn circles(graph: &Graph) -> BTreeSet<String> {
    let targets = targets(graph);
    let circle = |(from, to): &(String, String)| {
        let mut circle = way(&targets, to, from)?;
        // One circle is written in one way, whichever arrow led to it.
        let first = (0..circle.len()).min_by_key(|at| circle[*at])?;
        circle.rotate_left(first);
        circle.push(circle[0]);
        Some(circle.join(" → "))
    };
    graph.iter().filter_map(circle).collect()
}

/// The same graph without the arrows that a longer way replaces: with `a → b → c`, `a → c` says nothing new.
pub(super) fn reduced(graph: &Graph) -> Graph {
    let mut targets = targets(graph);
    let mut reduced = Graph::new();
    for (from, to) in graph {
        targets.entry(from).or_default().remove(to.as_str());
        if way(&targets, from, to).is_none() {
            targets.entry(from).or_default().insert(to);
            reduced.insert((from.clone(), to.clone()));
        }
    }
    reduced
}

fn targets(graph: &Graph) -> Targets<'_> {
    let mut targets = Targets::new();
    for (from, to) in graph {
        targets.entry(from).or_default().insert(to);
    }
    targets
}

/// The shortest way from one name to another, both included.
fn way<'a>(targets: &Targets<'a>, from: &'a str, to: &'a str) -> Option<Vec<&'a str>> {
    let mut before: BTreeMap<&str, &str> = BTreeMap::new();
    let mut queue = VecDeque::from([from]);
    while let Some(name) = queue.pop_front() {
        if name == to {
            let mut way: Vec<_> = std::iter::successors(Some(name), |name| before.get(name).copied()).collect();
            way.reverse();
            return Some(way);
        }
        for next in targets.get(name).into_iter().flatten() {
            if *next != from && !before.contains_key(next) {
                before.insert(next, name);
                queue.push_back(next);
            }
        }
    }
    None
}
