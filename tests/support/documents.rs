//! The documents of the project.

use std::fs;
use std::path::{Path, PathBuf};

/// A page of the documentation.
pub struct Page {
    pub path: PathBuf,
    pub text: String,
}

impl Page {
    /// Its path in the project.
    pub fn name(&self) -> String {
        self.path.strip_prefix(root()).unwrap().display().to_string()
    }
}

/// The folder of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the project: read when the test runs, so that a changed page needs no new build.
pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// Every page: those of `docs/`, and those beside the code.
pub fn pages() -> Vec<Page> {
    let others = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "benches/README.md"];
    let files = super::files(&root().join("docs")).into_iter().chain(others.map(|name| root().join(name)));
    let pages = files.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    pages.map(|path| Page { text: fs::read_to_string(&path).unwrap(), path }).collect()
}
