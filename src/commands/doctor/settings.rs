//! The person's settings.

use super::report::Finding;
use crate::commands::context::Context;
use crate::environment::{self, shown};

pub(super) fn check(context: &Context) -> Vec<Finding> {
    let file = match environment::settings_file() {
        Ok(file) => file,
        Err(error) => return vec![Finding::of(&error)],
    };
    match context.settings() {
        Err(error) => vec![Finding::of(&error)],
        Ok(_) if !file.exists() => vec![Finding::ok(format!("none ({} is not there)", shown(&file)))],
        Ok(settings) => {
            let aliases = settings.aliases().count();
            let noun = if aliases == 1 { "alias" } else { "aliases" };
            vec![Finding::ok(format!("{}, {aliases} {noun}", shown(&file)))]
        }
    }
}
