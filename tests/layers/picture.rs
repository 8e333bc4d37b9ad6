//! The layers as a Mermaid diagram.

use std::fmt::Write as _;

use super::graph::reduced;
use super::rules::Tree;

const BEGIN: &str = "<!-- layers: drawn by tests/layers.rs -->\n";
const CAPTION: &str = "\
An arrow is an import. Two kinds are left out: one that a longer way replaces (with `a → b → c`, no `a → c`), and those
to the lowest layer, which every module may import.
";
const END: &str = "<!-- /layers -->\n";

/// The page with the picture of this tree between the markers.
pub(super) fn put_into(page: &str, tree: &Tree) -> String {
    let (before, rest) = page.split_once(BEGIN).expect("the marker before the picture");
    let (_, after) = rest.split_once(END).expect("the marker after the picture");
    format!("{before}{BEGIN}\n```mermaid\n{}```\n\n{CAPTION}\n{END}{after}", drawn(tree))
}

fn drawn(tree: &Tree) -> String {
    let lowest = tree.layers.last().expect("layers");
    let mut picture = "flowchart TD\n".to_owned();
    for (number, layer) in tree.layers.iter().enumerate() {
        let _ = writeln!(picture, "    subgraph layer{number}[\" \"]");
        for module in layer {
            let _ = writeln!(picture, "        {module}");
        }
        picture.push_str("    end\n");
    }
    // Every module imports some of the lowest: their arrows would hide the others.
    let arrows = tree.modules().into_iter().filter(|(_, to)| !lowest.contains(to)).collect();
    for (from, to) in reduced(&arrows) {
        let _ = writeln!(picture, "    {from} --> {to}");
    }
    // An arrow that is not drawn keeps the lowest layer at the bottom.
    let count = tree.layers.len();
    let _ = writeln!(picture, "    layer{} ~~~ layer{}", count - 2, count - 1);
    picture
}
