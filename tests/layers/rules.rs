//! The rules of the layers, over the imports of all source files.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::{Graph, circles};
use super::source::{self, Source};

/// The module outside of the layers, and the only one that it may import.
const SANDBOX: &str = "sandbox";
const ROLE: &str = "role";
/// What every verb may import besides the layers below.
const SHARED_BY_VERBS: [&str; 1] = ["help"];
/// The only module that reads environment variables.
const ENVIRONMENT: &str = "environment";

type Module = Vec<String>;

/// The source files of the program, by the module that each is.
pub(super) struct Tree {
    files: BTreeMap<Module, File>,
    /// The layers that `src/lib.rs` lists, from the top.
    pub(super) layers: Vec<Vec<String>>,
}

struct File {
    path: String,
    source: Source,
}

/// An import of one module by another, with what it says on which line.
struct Arrow<'a> {
    from: &'a Module,
    to: Module,
    /// The module that the import names; another than `to` where that hands a name on.
    named: Module,
    line: usize,
}

impl Tree {
    /// Reads pairs of a path such as `src/files/lock.rs` and its text.
    pub(super) fn of<'a>(sources: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut tree = Self { files: BTreeMap::new(), layers: Vec::new() };
        for (path, text) in sources {
            if path == "src/lib.rs" {
                tree.layers = layers(text);
            }
            tree.files.insert(module(path), File { path: path.to_owned(), source: source::read(text) });
        }
        let only_for_tests: Vec<Module> = tree
            .files
            .iter()
            .flat_map(|(module, file)| file.source.test_modules.iter().map(|name| child(module, name)))
            .collect();
        tree.files.retain(|module, _| !only_for_tests.iter().any(|test| module.starts_with(test)));
        tree
    }

    /// Every violation of a rule, a line each.
    pub(super) fn violations(&self) -> BTreeSet<String> {
        let arrows = self.arrows();
        let mut found = BTreeSet::from_iter(self.unlisted());
        found.extend(arrows.iter().flat_map(|arrow| self.violation(arrow)));
        found.extend(self.environment_variables());
        let files = arrows.iter().map(|arrow| (arrow.from.join("::"), arrow.to.join("::")));
        found.extend(circles(&files.collect()).into_iter().map(|circle| format!("circle of files: {circle}")));
        let modules = circles(&Self::top_level(&arrows)).into_iter();
        found.extend(modules.map(|circle| format!("circle of modules: {circle}")));
        found
    }

    /// The imports between top-level modules.
    pub(super) fn modules(&self) -> Graph {
        Self::top_level(&self.arrows())
    }

    fn top_level(arrows: &[Arrow<'_>]) -> Graph {
        let pairs = arrows.iter().flat_map(|arrow| {
            [&arrow.to, &arrow.named].map(|to| Some((arrow.from.first()?.clone(), to.first()?.clone())))
        });
        pairs.flatten().filter(|(from, to)| from != to && !matches!(from.as_str(), "main" | "bin")).collect()
    }

    /// The layer of a top-level module, counted from the top.
    fn layer(&self, module: &str) -> Option<usize> {
        self.layers.iter().position(|layer| layer.iter().any(|name| name == module))
    }

    fn arrows(&self) -> Vec<Arrow<'_>> {
        let mut arrows = Vec::new();
        for (from, file) in &self.files {
            for import in &file.source.imports {
                let Some(path) = self.absolute(from, &import.inside, &import.path) else { continue };
                let (named, _) = self.split(&path);
                let to = self.defined_in(&path, 0);
                let hands_on_child = import.exported.is_some() && to.len() > from.len() && to.starts_with(from);
                let uses_it = import.exported.as_ref().is_some_and(|name| file.source.words.contains(name));
                if to == *from || hands_on_child && !uses_it {
                    continue;
                }
                arrows.push(Arrow { from, to, named, line: import.line });
            }
        }
        arrows
    }

    /// The path from the crate's root; `None` for what is of another crate.
    fn absolute(&self, module: &Module, inside: &[String], path: &[String]) -> Option<Module> {
        let mut base = [module.as_slice(), inside].concat();
        let mut path = path.iter().map(|name| name.trim_start_matches("r#")).peekable();
        match *path.peek()? {
            "crate" | "aws_sso" => base.clear(),
            "self" | "super" => {}
            // A name of a child module is relative, any other is of a crate or has been imported.
            first if self.files.contains_key(&child(&base, first)) => {}
            _ => return None,
        }
        for name in path {
            match name {
                "crate" | "aws_sso" | "self" => {}
                "super" => drop(base.pop()),
                name => base.push(name.to_owned()),
            }
        }
        Some(base)
    }

    /// The file that a path leads into, and what is left of the path there.
    fn split(&self, path: &Module) -> (Module, Module) {
        let length = (0..=path.len()).rev().find(|length| self.files.contains_key(&path[..*length]));
        let (module, rest) = path.split_at(length.unwrap_or(0));
        (module.to_vec(), rest.to_vec())
    }

    /// The module that defines what a path names: names that a module hands on are followed.
    fn defined_in(&self, path: &Module, depth: usize) -> Module {
        let (module, rest) = self.split(path);
        let file = self.files.get(&module);
        let (Some(name), Some(file)) = (rest.first().filter(|_| depth < 10), file) else { return module };
        let handed_on = file.source.imports.iter().find(|import| {
            import.exported.as_ref().is_some_and(|exported| exported == name) && import.inside.is_empty()
        });
        let handed_on = handed_on.and_then(|import| self.absolute(&module, &[], &import.path));
        match handed_on {
            Some(target) if target != *path => self.defined_in(&target, depth + 1),
            _ => module,
        }
    }

    /// The rules that a single import can break.
    fn violation(&self, arrow: &Arrow<'_>) -> Vec<String> {
        let place = format!("{}:{}", self.files[arrow.from].path, arrow.line);
        let mut found = Vec::new();
        let (Some(from), Some(to)) = (arrow.from.first(), arrow.named.first()) else { return found };
        if from == SANDBOX && to != SANDBOX && to != ROLE {
            found.push(format!("{place}: sandbox imports {to}; it may import {ROLE} alone"));
        }
        if to == SANDBOX && !matches!(from.as_str(), SANDBOX | "commands" | "main") {
            found.push(format!("{place}: {from} imports sandbox; only its verb may"));
        }
        if let (Some(own), Some(other)) = (self.layer(from), self.layer(to))
            && other < own
        {
            found.push(format!("{place}: {from} imports {to}, which is in a layer above"));
        }
        if let ([commands, verb, ..], [others, other, ..]) = (arrow.from.as_slice(), arrow.to.as_slice())
            && commands == "commands"
            && others == commands
            && verb != other
            && !SHARED_BY_VERBS.contains(&other.as_str())
        {
            found.push(format!("{place}: the verb {verb} imports the verb {other}"));
        }
        found
    }

    fn environment_variables(&self) -> Vec<String> {
        let outside = self
            .files
            .iter()
            .filter(|(module, _)| module.first().is_none_or(|name| name != ENVIRONMENT && name != SANDBOX));
        let imports = outside.flat_map(|(_, file)| file.source.imports.iter().map(|import| (&file.path, import)));
        let reads = imports.filter(|(_, import)| {
            import.path.windows(2).any(|pair| pair[0] == "env" && pair[1].starts_with("var"))
                && !matches!(import.path[0].as_str(), "crate" | "self" | "super")
        });
        reads
            .map(|(path, import)| {
                format!("{path}:{}: reads an environment variable outside {ENVIRONMENT}", import.line)
            })
            .collect()
    }

    /// Top-level modules without a layer, and names in a layer without a module.
    fn unlisted(&self) -> Vec<String> {
        let modules: BTreeSet<&String> = self
            .files
            .keys()
            .filter(|module| module.as_slice() != ["main"])
            .filter_map(|module| module.first())
            .collect();
        let listed: BTreeSet<&String> = self.layers.iter().flatten().collect();
        let missing = modules.iter().filter(|name| !listed.contains(*name) && *name != &SANDBOX && *name != &"bin");
        let gone = listed.iter().filter(|name| !modules.contains(*name));
        missing
            .map(|name| format!("src/lib.rs: no layer lists the module {name}"))
            .chain(gone.map(|name| format!("src/lib.rs: a layer lists {name}, and there is no such module")))
            .collect()
    }
}

fn child(module: &[String], name: &str) -> Module {
    [module, &[name.to_owned()]].concat()
}

/// `src/files/lock.rs` is `files::lock`, `src/files/mod.rs` is `files`, and `src/lib.rs` is the root.
fn module(path: &str) -> Module {
    let path = path.trim_start_matches("src/").trim_end_matches(".rs");
    let mut module: Module = path.split('/').map(str::to_owned).collect();
    if matches!(module.last().map(String::as_str), Some("mod" | "lib")) {
        module.pop();
    }
    module
}

/// The layers in the block of `text` in the comment at the head of `src/lib.rs`.
fn layers(lib: &str) -> Vec<Vec<String>> {
    let head = lib.lines().map_while(|line| line.strip_prefix("//!"));
    let block = head.skip_while(|line| line.trim() != "```text").skip(1).take_while(|line| line.trim() != "```");
    // A line that ends with a comma goes on in the next.
    let block: String = block.map(|line| format!("{}\n", line.trim())).collect();
    let lines = block.replace(",\n", ", ");
    lines.lines().map(|line| line.split(',').map(|name| name.trim().to_owned()).collect()).collect()
}
