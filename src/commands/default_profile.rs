//! What the original tool does without an output option: it writes a role's credentials to the default profile.

use crate::aws_config::credentials_file;
use crate::context::Context;
use crate::context::choose::named_or_chosen;
use crate::error::Result;
use crate::output::print;
use crate::terminal::clean;
use crate::{environment, timestamp};

pub(crate) fn run(context: &Context, role: Option<&str>) -> Result<()> {
    let found = named_or_chosen(context, role)?;
    let credentials = context.credentials(&found)?;
    let path = environment::credentials_file()?;
    credentials_file::write_default(&path, &credentials)?;
    print(&format!(
        "Default profile in {}\n  account  {}\n  role     {}\n  expires  {} ({} minutes left)\n",
        clean(&environment::shown(&path)),
        credentials.account_id,
        found.role.role_name,
        timestamp::format(credentials.expiration),
        credentials.seconds_left() / 60,
    ))
}
