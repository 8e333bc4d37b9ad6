//! Every account and role, as profiles in a config that its owner tends by hand.

mod clients;
mod config;
mod crash;
mod edits;
mod fetching;
mod listing;

use std::fmt::Write as _;

use crate::support::{REGION, START_URL};

/// A config with forty profiles that somebody has written by hand, with comments and nested settings, and the directory
/// in the middle. Every SDK reads all of it.
fn tended_config() -> String {
    let mut config = "# My profiles. Ask before touching!\n[default]\nregion = eu-west-1\noutput = json\n\n".to_owned();
    for number in 0..40 {
        let _ = match number % 4 {
            0 => writeln!(
                config,
                "# number {number}\n[profile hand-{number}]\nregion=us-east-{}\n; retired soon\ns3 =\n  addressing_style = \
                 path\n  max_concurrent_requests = 20\noutput   =  text\n",
                number % 2
            ),
            1 => writeln!(
                config,
                "[profile hand-{number}]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = \
                 hand-0\n\n"
            ),
            2 => writeln!(
                config,
                "[profile hand-{number}]\naws_access_key_id = AKIDHAND\naws_secret_access_key = \
                 hand/secret\n"
            ),
            _ => writeln!(
                config,
                "[profile hand-{number}]\ncredential_process = /opt/other/tool --id {number}\n# end of \
                 {number}\n"
            ),
        };
        if number == 20 {
            let _ = writeln!(
                config,
                "[sso-session corp]\nsso_start_url = {START_URL}\nsso_region = {REGION}\nsso_registration_scopes = \
                 sso:account:access\n"
            );
        }
    }
    config
}
