//! The code of an MFA device, which only a person has.

use std::io::Write as _;

use super::Provider;
use crate::error::{Error, Result};
use crate::quote::word;
use crate::role::Hop;
use crate::terminal::{Terminal, clean};

/// Digits of a code.
const LENGTH: usize = 6;

impl Provider<'_> {
    /// Whether nobody can be asked for the code that this role needs.
    pub(super) fn check_code_can_be_asked(&self, hop: &Hop) -> Result<()> {
        if hop.mfa_serial.is_none() || (self.session.may_ask_person() && Terminal::open().is_some()) {
            return Ok(());
        }
        let again =
            hop.profile.as_ref().map(|profile| format!("on a terminal, run: aws-sso exec {} -- true", word(profile)));
        Err(Error::sign_in_needed(format!("{} needs an MFA code, and there is no terminal to ask for it", hop.role))
            .with_remedy(again.unwrap_or_else(|| "run it once on a terminal".to_owned())))
    }

    /// Asks for the code of the device; `None` where the role needs none.
    pub(super) fn code(&self, hop: &Hop) -> Result<Option<String>> {
        let Some(serial) = &hop.mfa_serial else { return Ok(None) };
        self.check_code_can_be_asked(hop)?;
        let cancelled = || Error::cancelled(format!("no MFA code was given for {}", hop.role));
        let unreadable = |error: std::io::Error| Error::failed(format!("cannot ask for the MFA code: {error}"));
        let mut terminal = Terminal::open().ok_or_else(cancelled)?;
        terminal.discard_input();
        loop {
            write!(terminal, "MFA code of {} for {}: ", clean(serial), clean(hop.role.as_str()))
                .and_then(|()| terminal.flush())
                .map_err(unreadable)?;
            let Some(code) = terminal.read_line().map_err(unreadable)?.filter(|code| !code.is_empty()) else {
                return Err(cancelled());
            };
            let code: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
            if code.len() == LENGTH && code.bytes().all(|byte| byte.is_ascii_digit()) {
                return Ok(Some(code));
            }
            writeln!(terminal, "A code has {LENGTH} digits.").map_err(unreadable)?;
        }
    }
}
