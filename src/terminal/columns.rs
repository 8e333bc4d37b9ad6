//! The columns of a list of roles, for a terminal of any width: that may change while the list is on the screen.

use std::fmt;
use std::str::FromStr;

use unicode_width::UnicodeWidthStr as _;

use crate::untrusted::shortened;

/// The width of an account's id.
const ID: usize = 12;

/// The columns between two fields.
const GAP: usize = 2;

/// How wide the fields of a row are. Its account's id has a fixed width, and its profile comes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    /// The names of accounts.
    pub names: usize,
    /// The names of roles.
    pub roles: usize,
    /// The names of the sso-sessions; 0 where there is only one.
    pub sessions: usize,
}

impl Columns {
    /// What stands between the fields of a row that is not laid out yet: the account's name, its id, the role, the
    /// sso-session and the profile.
    pub const BETWEEN: char = '\x1f';

    /// Whether all of them have room in so many columns.
    #[must_use]
    pub fn fit(self, room: usize) -> bool {
        self.names + GAP + ID + GAP + self.roles + self.gap_and_session() <= room
    }

    fn gap_and_session(self) -> usize {
        if self.sessions > 0 { GAP + self.sessions } else { 0 }
    }

    /// A row for a screen of so many columns: without room for all of them, the id goes off its edge, where the search
    /// still finds it, and then a long name of an account loses its end. The role is whole.
    #[must_use]
    pub fn line(self, row: &str, room: usize) -> String {
        let mut fields = row.split(Self::BETWEEN);
        let [name, id, role, session, profile] = [(); 5].map(|()| fields.next().unwrap_or_default());
        let pad = |text: &str, width: usize| " ".repeat(width.saturating_sub(text.width()));
        let has_session = self.sessions > 0;
        let session = if has_session { format!("{session}{}  ", pad(session, self.sessions)) } else { String::new() };
        let mut line = if self.fit(room) {
            let (names, roles) = (pad(name, self.names), pad(role, self.roles));
            format!("{name}{names}  {id:ID$}  {role}{roles}  {session}")
        } else {
            let Self { names, roles, .. } = self.narrowed(room);
            let cut = shortened(name.into(), names);
            let whole = if cut == name { String::new() } else { format!("{name}  ") };
            format!("{cut}{}  {role}{}  {session}{id:ID$}  {whole}", pad(&cut, names), pad(role, roles))
        };
        line.push_str(profile);
        line.truncate(line.trim_end().len());
        line
    }

    fn narrowed(self, columns: usize) -> Self {
        /// So much of a name has to have room beside the sso-session.
        const LEAST: usize = 8;
        let Self { names, roles, .. } = self;
        let room = |role: usize, session: usize| columns.saturating_sub(GAP + role + session);
        let session = self.gap_and_session();
        let session = if room(roles, session) >= names.min(LEAST) { session } else { 0 };
        let names = names.min(room(roles, session)).max(1);
        Self { names, roles: roles.max(room(names, session)), ..self }
    }
}

impl fmt::Display for Columns {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{},{},{}", self.names, self.roles, self.sessions)
    }
}

impl FromStr for Columns {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let widths: Vec<usize> = text.split(',').map_while(|width| width.parse().ok()).collect();
        let [names, roles, sessions] = widths[..] else { return Err("three numbers, as in 20,15,0") };
        Ok(Self { names, roles, sessions })
    }
}
