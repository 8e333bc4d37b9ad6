//! The role that this shell had before, to which `awsso -` goes back.
//!
//! A variable of the shell has it as words of our own command line: its ARN, the profile if it was entered by one, or
//! what it is assumed with, and the options. There is no secret in it, and whatever stands there is read as a line that
//! the user has typed.

use super::Context;
use super::assumed::{to_variable, typed};
use super::find::Found;
use crate::environment;
use crate::error::{Error, Result};
use crate::partition::Region;
use crate::role::{IamRole, RoleArn, RoleLine, Target};
use crate::shell::{Change, PREVIOUS, ROLE_ARN, ROLE_LINE};

/// A role of this shell, and the line that enters it.
#[derive(Debug, PartialEq, Eq)]
struct Remembered {
    arn: String,
    line: RoleLine,
}

impl Remembered {
    /// The role that this shell has now, in the form and with the region that it has now.
    fn now() -> Option<Self> {
        let (arn, _) = environment::shell_role()?;
        let origin = environment::role_origin();
        let by_profile = environment::aws_profile().filter(|name| origin.as_ref() == Some(name));
        let region = environment::region().filter(|region| region.parse::<Region>().is_ok());
        if let Some(text) = environment::value(ROLE_LINE) {
            let RoleLine { role, profile, via, target } = RoleLine::of_words(shlex::split(&text)?).ok()?;
            let target = Target { region, as_profile: by_profile.is_some(), ..target };
            return is_role(&arn).then_some(Self { arn, line: RoleLine { role, profile, via, target } });
        }
        let arn = arn.parse::<RoleArn>().ok()?.to_string();
        let role = by_profile.filter(|name| !name.starts_with('-')).unwrap_or_else(|| arn.clone());
        let target = Target { region, ..Target::default() };
        Some(Self { arn, line: RoleLine { profile: environment::sso_session(), target, ..RoleLine::of_role(&role) } })
    }

    /// The value of the variable; `None` if a shell must not get it.
    fn to_variable(&self) -> Option<String> {
        let mut words = self.line.words();
        if words[0] != self.arn {
            words.insert(0, self.arn.clone());
        }
        to_variable(&words)
    }

    fn from_variable(text: &str) -> Result<Self, String> {
        let mut words = shlex::split(text).ok_or("a quote is not closed")?;
        let arn = words.first().cloned().unwrap_or_default();
        if !is_role(&arn) {
            return Err(format!("{arn} is not a role's ARN"));
        }
        if words.get(1).is_some_and(|word| !word.starts_with('-')) {
            words.remove(0);
        }
        Ok(Self { arn, line: RoleLine::of_words(words)? })
    }
}

fn is_role(arn: &str) -> bool {
    arn.parse::<IamRole>().is_ok()
}

/// The change, which also remembers the role that the shell has now, if it has another one afterwards, or none.
pub(super) fn remembered(change: Change) -> Change {
    let after = change.value_after(ROLE_ARN, &environment::current).filter(|arn| is_role(arn));
    let session = change.value_after(environment::SSO_SESSION, &environment::current);
    // The same role may be assumed with another one, or with other tags.
    let is_same_line = || {
        change.value_after(ROLE_LINE, &environment::current).unwrap_or_default()
            == environment::value(ROLE_LINE).unwrap_or_default()
    };
    match (Remembered::now(), after) {
        (Some(now), Some(arn)) if now.arn == arn && now.line.profile == session && is_same_line() => change,
        (Some(now), _) => change.with_previous(now.to_variable()),
        (None, Some(arn)) => {
            let before = environment::value(PREVIOUS).and_then(|text| Remembered::from_variable(&text).ok());
            // Back in the role that was left for none: there was no other one before it.
            let is_back = before.is_some_and(|before| before.arn == arn);
            if is_back { change.with_previous(None) } else { change }
        }
        (None, None) => change,
    }
}

impl Context {
    /// The role that this shell had before.
    pub(crate) fn previous(&self) -> Result<Found> {
        let text = environment::value(PREVIOUS).ok_or_else(|| Error::failed("this shell has had no other role"))?;
        let wrong = |why| Error::failed(format!("{PREVIOUS} does not hold the role before: {why}"));
        let Remembered { arn, line } = Remembered::from_variable(&text).map_err(wrong)?;
        let found = self.find_line(&line)?;
        if found.arn() != arn {
            // An ARN does not say what its role was assumed with.
            let is_assumed = found.is_chained() || arn.parse::<RoleArn>().is_err();
            let session = line.profile.as_deref().unwrap_or_default();
            let enter = || format!("awsso use {}", self.pasted_role(&arn, session));
            let enter = if is_assumed { "awsso pick".to_owned() } else { enter() };
            let what = format!("the role before was {arn}, but {} now gives {}", line.role, found.arn());
            return Err(Error::failed(what).with_remedy(format!("run: {enter}")));
        }
        if let Some(before) = found.other_base(&line) {
            let again = typed(&RoleLine { via: None, ..line });
            let what = format!("the role before was {arn}, assumed with {before}; now it is with {}", found.steps());
            return Err(Error::failed(what).with_remedy(format!("to enter that one, run: awsso use {again}")));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_holds_a_role_and_nothing_but_words_of_the_command_line() {
        for text in [
            "arn:aws:iam::123456789012:role/Reader",
            "arn:aws:iam::123456789012:role/Reader -p corp --region eu-west-1",
            "arn:aws:iam::123456789012:role/Reader 'my profile' -p 'it'\\''s' --region 'eu-wset-1!'",
            "arn:aws:iam::123456789012:role/team/Deploy chained -p corp --as-profile",
            "arn:aws:iam::123456789012:role/Deploy 210987654321/Reader \
             --assume=arn:aws:iam::123456789012:role/Deploy --tag='a b=c' --duration=900s",
        ] {
            let read = Remembered::from_variable(text).unwrap();
            let again = Remembered::from_variable(&read.to_variable().unwrap()).unwrap();
            assert_eq!(read, again, "{text}");
        }
        let arn = "arn:aws:iam::123456789012:role/Reader";
        for text in ["", "payments/Reader", "arn:aws:iam::1:role/x", "'", "$(id)"] {
            assert!(Remembered::from_variable(text).is_err(), "{text}");
        }
        for more in ["a b", "--exec x", "--region $(id)", "-- x", "'", "--assume x", "--duration 15m"] {
            assert!(Remembered::from_variable(&format!("{arn} {more}")).is_err(), "{more}");
        }
    }
}
