//! The template of profile names, as in `--name "{account_name|slug}-{role}"`.

use std::fmt;
use std::str::FromStr;

use super::typable::{typable, word};
use crate::error::{Error, Result};

/// Text with fields, from which each role gets the name of its profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Field(Field, Vec<Filter>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    AccountId,
    AccountName,
    Role,
    Session,
    Email,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Filter {
    Lower,
    /// Lower case, with one `-` for all characters between two words of letters and digits.
    Slug,
    TrimPrefix(String),
}

/// The values of the fields for one role.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    pub(super) account_id: &'a str,
    pub(super) account_name: &'a str,
    pub(super) role: &'a str,
    pub(super) session: &'a str,
    pub(super) email: &'a str,
}

/// What a template makes of the fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rendered {
    pub(super) name: String,
    /// Whether every field is in it as it is.
    pub(super) is_exact: bool,
}

impl Default for Template {
    /// `ACCOUNT_ID-ROLE`, as the original tool names profiles.
    fn default() -> Self {
        let field = |field| Part::Field(field, Vec::new());
        Self { parts: vec![field(Field::AccountId), Part::Text("-".to_owned()), field(Field::Role)] }
    }
}

impl FromStr for Template {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (inside, after) = after.split_once('}').ok_or_else(|| invalid(text, "a { is not closed"))?;
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            let mut words = inside.split('|');
            let name = words.next().unwrap_or_default().trim();
            let field = Field::ALL
                .into_iter()
                .find(|field| field.name() == name)
                .ok_or_else(|| invalid(text, &format!("there is no field {name}")))?;
            let filters = words
                .map(|word| match word.trim() {
                    "lower" => Ok(Filter::Lower),
                    "slug" => Ok(Filter::Slug),
                    other => match other.strip_prefix("trim_prefix:") {
                        Some(prefix) => Ok(Filter::TrimPrefix(prefix.to_owned())),
                        None => Err(invalid(text, &format!("there is no filter {other}"))),
                    },
                })
                .collect::<Result<_>>()?;
            parts.push(Part::Field(field, filters));
            rest = after;
        }
        if rest.contains('}') {
            return Err(invalid(text, "a } is not opened"));
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        if !parts.iter().any(|part| matches!(part, Part::Field(..))) {
            return Err(invalid(text, "it has no field, so every profile would have the same name"));
        }
        Ok(Self { parts })
    }
}

fn invalid(template: &str, why: &str) -> Error {
    Error::usage(format!("the template {template} is not valid: {why}")).with_remedy(
        "fields: {account_id} {account_name} {role} {session} {email}\n\
         filters: lower, slug, trim_prefix:TEXT, as in {account_name|trim_prefix:acme-|slug}-{role}",
    )
}

/// The text that it is parsed from.
impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(text),
            Part::Field(field, filters) => {
                write!(f, "{{{}", field.name())?;
                filters.iter().try_for_each(|filter| match filter {
                    Filter::Lower => f.write_str("|lower"),
                    Filter::Slug => f.write_str("|slug"),
                    Filter::TrimPrefix(prefix) => write!(f, "|trim_prefix:{prefix}"),
                })?;
                f.write_str("}")
            }
        })
    }
}

impl Template {
    /// Whether a name tells its account, so that roles of two accounts never have the same one.
    pub(crate) fn has_account_id(&self) -> bool {
        self.parts.contains(&Part::Field(Field::AccountId, Vec::new()))
    }

    /// The template whose names begin with the sso-session, so that those of two Identity Centers differ; `None` if
    /// they have it already.
    #[must_use]
    pub(crate) fn with_session(&self) -> Option<Self> {
        let session = |part: &Part| matches!(part, Part::Field(Field::Session, _));
        if self.parts.iter().any(session) {
            return None;
        }
        let first = [Part::Field(Field::Session, Vec::new()), Part::Text("-".to_owned())];
        Some(Self { parts: first.into_iter().chain(self.parts.iter().cloned()).collect() })
    }

    /// The name of one role's profile, which may still have letters that no profile's name has.
    pub(super) fn render(&self, fields: Fields<'_>) -> Rendered {
        let mut is_exact = true;
        let mut render = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Field(field, filters) => {
                let text = filters.iter().fold(field.of(fields).to_owned(), |text, filter| filter.apply(text));
                let kept = if field.is_of_account() { word(&text) } else { text.clone() };
                // An account may have no name, or one of which nothing is left.
                if typable(&kept).is_empty() && *field != Field::Role {
                    return fields.account_id.to_owned();
                }
                is_exact &= kept == text;
                kept
            }
        };
        let name = self.parts.iter().map(&mut render).collect();
        Rendered { name, is_exact }
    }
}

impl Field {
    const ALL: [Self; 5] = [Self::AccountId, Self::AccountName, Self::Role, Self::Session, Self::Email];

    fn name(self) -> &'static str {
        match self {
            Self::AccountId => "account_id",
            Self::AccountName => "account_name",
            Self::Role => "role",
            Self::Session => "session",
            Self::Email => "email",
        }
    }

    /// Whether an administrator chose it, and perhaps in a language's own letters and with spaces.
    fn is_of_account(self) -> bool {
        matches!(self, Self::AccountName | Self::Email)
    }

    fn of(self, fields: Fields<'_>) -> &str {
        match self {
            Self::AccountId => fields.account_id,
            Self::AccountName => fields.account_name,
            Self::Role => fields.role,
            Self::Session => fields.session,
            Self::Email => fields.email,
        }
    }
}

impl Filter {
    fn apply(&self, text: String) -> String {
        match self {
            Self::Lower => text.to_lowercase(),
            Self::TrimPrefix(prefix) => match text.strip_prefix(prefix.as_str()) {
                Some(rest) => rest.to_owned(),
                None => text,
            },
            Self::Slug => {
                let words: Vec<_> =
                    text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
                words.join("-").to_ascii_lowercase()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn a_template_is_filled_with_fields_and_their_filters() {
        let fields = Fields {
            account_id: "012345678901",
            account_name: "ACME Payments / Prod",
            role: "ReadOnly",
            session: "corp",
            email: "a@example.com",
        };
        let cases = [
            ("{account_id}-{role}", "012345678901-ReadOnly"),
            ("{account_name}", "ACME-Payments-/-Prod"),
            ("{account_name|slug}.{role|lower}", "acme-payments-prod.readonly"),
            ("{account_name|trim_prefix:ACME |slug}", "payments-prod"),
            ("{account_name | lower | trim_prefix:acme }--x", "payments-/-prod--x"),
            ("{account_name|trim_prefix:other}", "ACME-Payments-/-Prod"),
            ("{session}:{email}/{role}", "corp:a@example.com/ReadOnly"),
            ("x{role}y", "xReadOnlyy"),
        ];
        for (template, expected) in cases {
            let parsed: Template = template.parse().unwrap();
            assert_eq!(parsed.render(fields).name, expected, "{template}");
            assert_eq!(parsed.to_string().parse::<Template>().unwrap(), parsed, "{template}");
        }
        let with_session = |template: Template| template.with_session().map(|template| template.to_string());
        assert_eq!(with_session(Template::default()).as_deref(), Some("{session}-{account_id}-{role}"));
        assert_eq!(with_session("{role}@{session}".parse().unwrap()), None);
        assert_eq!(Template::default(), "{account_id}-{role}".parse().unwrap());
        let nameless = Fields { account_name: "日本", email: "", ..fields };
        let cases = [
            ("{account_name|slug}-{role}", "012345678901-ReadOnly"),
            ("{email}", "012345678901"),
            ("{account_name}.", "012345678901."),
        ];
        for (template, expected) in cases {
            assert_eq!(template.parse::<Template>().unwrap().render(nameless).name, expected, "{template}");
        }
    }

    #[test]
    fn an_error_in_a_template_is_named_with_the_fields_and_filters_that_exist() {
        let cases = [
            ("{account_id", "not closed"),
            ("role}", "not opened"),
            ("{role}}", "not opened"),
            ("{rol}", "no field rol"),
            ("{}", "no field"),
            ("{role|upper}", "no filter upper"),
            ("{role|}", "no filter"),
            ("static", "no field"),
            ("", "no field"),
        ];
        for (template, why) in cases {
            let error = template.parse::<Template>().unwrap_err();
            assert_eq!(error.kind(), Kind::Usage);
            assert!(error.to_string().contains(why), "{template}: {error}");
            assert!(error.report().contains("{account_name}") && error.report().contains("slug"));
        }
    }
}
