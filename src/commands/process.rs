//! `process` and `-ext`: what an SDK runs as `credential_process`.

use std::process::ExitCode;

use crate::commands::print;
use crate::context::Context;
use crate::credentials;
use crate::error::Result;

pub(crate) fn run(context: &Context, role: &str) -> Result<ExitCode> {
    let credentials = context.credentials(&context.find(role)?)?;
    print(&credentials::process(&credentials)?)
}
