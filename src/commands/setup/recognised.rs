//! What is there before a run: sign-ins of the AWS config, and what other tools have left.

use crate::aws_config::config::Config;
use crate::aws_config::directory::Directory;
use crate::context::{self, Context};
use crate::environment::shown;
use crate::error::Result;
use crate::migration::{self, Files, TAKE_OVER, tools};
use crate::programs::installed;
use crate::terminal::{self, clean};

/// How many sign-ins are named.
const MOST: usize = 5;

/// Says what was found. Nothing of it is changed by that.
pub(super) fn tell(context: &Context) -> Result<()> {
    let config = context.config()?;
    let mut lines = Vec::new();
    let directories: Vec<_> = config.directories().iter().filter_map(|name| config.directory(name).ok()).collect();
    for directory in directories.iter().take(MOST) {
        let Directory { name, start_url, region, .. } = directory;
        lines.push(format!("there is the {} {name}: {start_url}, {region}", directory.named_by()));
    }
    if directories.len() > MOST {
        lines.push(format!("and {} more", directories.len() - MOST));
    }
    let installed = installed::look();
    for remark in tools::found(config).iter().map(|found| found.remark(&installed)) {
        lines.push(format!("{}\n    {}", remark.found, remark.advice));
    }
    let credentials = context::credentials_file()?;
    let files = Files { config, credentials: &credentials, settings: context.settings()? };
    if let Some(path) = migration::pending(files) {
        lines.push(format!("{} is the config of aws-sso-cli; to take it over: {TAKE_OVER}", shown(&path)));
    }
    for line in lines {
        let line: Vec<_> = line.lines().map(clean).collect();
        terminal::say(&format!("{}\n", line.join("\n")));
    }
    Ok(())
}

/// The start URL to propose: that of the only Identity Center in the config.
pub(super) fn start_url(config: &Config) -> Option<String> {
    config.only_directory().ok().map(|directory| directory.start_url)
}

/// The Region of a start URL that a profile of the older kind has.
pub(super) fn region_of(config: &Config, start_url: &str) -> Option<String> {
    let directories = config.directories().iter().filter_map(|name| config.directory(name).ok());
    let mut same = directories.filter(|directory| directory.has_start_url(start_url));
    same.next().map(|directory| directory.region.to_string())
}
