//! Which program `aws-sso` is on this machine, and which one a shell finds first.

use std::path::Path;

use super::report::Finding;
use crate::environment::shown;
use crate::programs::installed::{Installed, ProgramKind};

pub(super) fn findings(installed: &Installed) -> Vec<Finding> {
    let version = concat!("aws-sso ", env!("CARGO_PKG_VERSION"));
    let this = installed.this.as_deref().map_or_else(|| "?".to_owned(), shown);
    let folder = installed.this.as_deref().and_then(Path::parent).map_or_else(|| "its folder".to_owned(), shown);
    let mut findings = vec![Finding::ok(format!("{version}, {this}"))];
    let Some(((first, kind), others)) = installed.on_path.split_first() else {
        findings.push(Finding::warning(
            "there is no aws-sso on PATH, so credential_process lines with aws-sso do not work",
            format!("add {folder} to PATH"),
        ));
        return findings;
    };
    match kind {
        ProgramKind::This => {}
        ProgramKind::Copy => findings.push(Finding::warning(
            format!("on PATH aws-sso is {}, {}", shown(first), kind.describe()),
            "remove one of the two, or put the folder of the one that you want first on PATH",
        )),
        _ => findings.push(Finding::warning(
            format!("on PATH aws-sso is {}: {}", shown(first), kind.describe()),
            format!("put {folder} before it on PATH, or call this one by its path"),
        )),
    }
    findings.extend(
        others.iter().filter(|(_, other)| *other != ProgramKind::This).map(|(file, other)| {
            Finding::ok(format!("further on PATH there is {}, {}", shown(file), other.describe()))
        }),
    );
    findings
}
