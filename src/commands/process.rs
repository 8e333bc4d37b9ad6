//! `process` and `-ext`: what an SDK runs as `credential_process`.

use crate::context::Context;
use crate::credentials;
use crate::error::Result;
use crate::output::print;

pub(crate) fn run(context: &Context, role: &str) -> Result<()> {
    let credentials = context.credentials(&context.find(role)?)?;
    print(&credentials::process(&credentials)?)
}
