//! `ProfileFormat` of aws-sso-cli: a Go template for the names of profiles.
//!
//! Go templates with the sprig functions are a language. The few words of it that names are made of are read here, and
//! any other makes the whole template one that cannot be taken over.

/// A template that could be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ProfileFormat {
    parts: Vec<Part>,
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Expression(Expression),
}

#[derive(Debug, PartialEq, Eq)]
enum Expression {
    Field(String),
    Text(String),
    Call(String, Vec<Expression>),
}

/// A role as the template sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    pub(super) account_id: &'a str,
    /// The name in `config.yaml`, which may have none.
    pub(super) account_name: &'a str,
    pub(super) role: &'a str,
    pub(super) instance: &'a str,
}

impl ProfileFormat {
    /// Reads a template; `None` if it has something that is not known here.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (inside, after) = after.split_once("}}")?;
            parts.push(Part::Text(before.to_owned()));
            parts.push(Part::Expression(Words { rest: inside }.whole()?));
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        Some(Self { parts })
    }

    /// The name of a role's profile; `None` where that depends on what only Identity Center knows.
    pub(super) fn render(&self, fields: Fields<'_>) -> Option<String> {
        self.evaluate(&Names(fields))
    }

    /// The template for `[discover] name` that makes about the same names; `None` if there is none.
    pub(super) fn as_template(&self) -> Option<String> {
        let has_brace = |part: &Part| matches!(part, Part::Text(text) if text.contains(['{', '}']));
        if self.parts.iter().any(has_brace) {
            return None;
        }
        self.evaluate(&Placeholders)
    }

    fn evaluate(&self, meaning: &dyn Meaning) -> Option<String> {
        let part = |part: &Part| match part {
            Part::Text(text) => Some(text.clone()),
            Part::Expression(expression) => expression.evaluate(meaning),
        };
        self.parts.iter().map(part).collect()
    }
}

/// What fields and functions stand for.
trait Meaning {
    fn field(&self, name: &str) -> Option<String>;
    /// A function of one text.
    fn apply(&self, function: &str, text: String) -> Option<String>;
    /// `StringReplace OLD NEW TEXT`.
    fn replace(&self, old: &str, new: &str, text: String) -> Option<String>;
}

/// The values of one role.
struct Names<'a>(Fields<'a>);

impl Meaning for Names<'_> {
    fn field(&self, name: &str) -> Option<String> {
        let Fields { account_id, account_name, role, instance } = self.0;
        Some(match name {
            "AccountId" => account_id.trim_start_matches('0').to_owned(),
            "AccountIdPad" => account_id.to_owned(),
            "AccountName" => account_name.to_owned(),
            "RoleName" => role.to_owned(),
            "SSO" => instance.to_owned(),
            _ => return None,
        })
    }

    fn apply(&self, function: &str, text: String) -> Option<String> {
        Some(match function {
            "lower" => text.to_lowercase(),
            "upper" => text.to_uppercase(),
            "nospace" => text.split_whitespace().collect(),
            "trim" => text.trim().to_owned(),
            "kebabcase" => kebab_case(&text),
            "AccountIdStr" => format!("{text:0>12}"),
            _ => return None,
        })
    }

    fn replace(&self, old: &str, new: &str, text: String) -> Option<String> {
        Some(text.replace(old, new))
    }
}

/// The fields of our own template.
struct Placeholders;

impl Meaning for Placeholders {
    fn field(&self, name: &str) -> Option<String> {
        let field = match name {
            "AccountId" | "AccountIdPad" => "{account_id}",
            "AccountName" | "AccountAlias" => "{account_name}",
            "RoleName" => "{role}",
            "SSO" => "{session}",
            "EmailAddress" => "{email}",
            _ => return None,
        };
        Some(field.to_owned())
    }

    fn apply(&self, function: &str, text: String) -> Option<String> {
        let filter = match function {
            // Spaces become dashes in any case.
            "nospace" | "trim" | "AccountIdStr" => return Some(text),
            "lower" => "lower",
            "kebabcase" => "slug",
            _ => return None,
        };
        let field = text.strip_prefix('{')?.strip_suffix('}')?;
        (!field.contains('{')).then(|| format!("{{{field}|{filter}}}"))
    }

    fn replace(&self, old: &str, new: &str, text: String) -> Option<String> {
        (old == " " && matches!(new, "" | "-" | "_")).then_some(text)
    }
}

impl Expression {
    fn evaluate(&self, meaning: &dyn Meaning) -> Option<String> {
        match self {
            Self::Field(name) => meaning.field(name),
            Self::Text(text) => Some(text.clone()),
            Self::Call(function, arguments) => {
                let mut values = arguments.iter().map(|argument| argument.evaluate(meaning));
                match function.as_str() {
                    // A first text that is not empty decides, whatever the others are.
                    "FirstItem" => values.find(|value| value.as_ref().is_none_or(|text| !text.is_empty()))?,
                    "StringsJoin" => {
                        let separator = values.next()??;
                        let texts = values.collect::<Option<Vec<_>>>()?;
                        Some(texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(&separator))
                    }
                    "StringReplace" | "replace" => match values.collect::<Option<Vec<_>>>()?.as_mut_slice() {
                        [old, new, text] => meaning.replace(old, new, std::mem::take(text)),
                        _ => None,
                    },
                    _ => match values.collect::<Option<Vec<_>>>()?.as_mut_slice() {
                        [text] => meaning.apply(function, std::mem::take(text)),
                        _ => None,
                    },
                }
            }
        }
    }
}

/// `AStringLikeThis` as `a-string-like-this`.
fn kebab_case(text: &str) -> String {
    let mut kebab = String::new();
    let mut was_lower = false;
    for letter in text.chars() {
        if letter.is_alphanumeric() {
            if letter.is_uppercase() && was_lower {
                kebab.push('-');
            }
            kebab.extend(letter.to_lowercase());
        } else if !kebab.is_empty() && !kebab.ends_with('-') {
            kebab.push('-');
        }
        was_lower = letter.is_lowercase() || letter.is_numeric();
    }
    kebab.trim_end_matches('-').to_owned()
}

/// The words between `{{` and `}}` that have not been read.
struct Words<'a> {
    rest: &'a str,
}

/// More brackets than any name has.
const MOST_DEPTH: usize = 8;

impl Words<'_> {
    fn whole(mut self) -> Option<Expression> {
        let expression = self.pipeline(MOST_DEPTH)?;
        self.rest.trim().is_empty().then_some(expression)
    }

    /// `CALL | FUNCTION ARGUMENTS`: what stands before the bar is the last argument.
    fn pipeline(&mut self, depth: usize) -> Option<Expression> {
        let mut value = self.call(depth)?;
        while self.skip('|') {
            value = match self.call(depth)? {
                Expression::Call(name, mut arguments) => {
                    arguments.push(value);
                    Expression::Call(name, arguments)
                }
                _ => return None,
            };
        }
        Some(value)
    }

    fn call(&mut self, depth: usize) -> Option<Expression> {
        self.rest = self.rest.trim_start();
        if !self.rest.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            return self.operand(depth);
        }
        let name = self.name();
        let mut arguments = Vec::new();
        loop {
            self.rest = self.rest.trim_start();
            if self.rest.is_empty() || self.rest.starts_with(['|', ')']) {
                return Some(Expression::Call(name, arguments));
            }
            arguments.push(self.operand(depth)?);
        }
    }

    fn operand(&mut self, depth: usize) -> Option<Expression> {
        if self.skip('.') {
            let name = self.name();
            return (!name.is_empty() && !self.rest.starts_with('.')).then_some(Expression::Field(name));
        }
        if self.skip('(') {
            let inner = self.pipeline(depth.checked_sub(1)?)?;
            return self.skip(')').then_some(inner);
        }
        for quote in ['"', '`'] {
            if self.skip(quote) {
                let (text, rest) = self.rest.split_once(quote)?;
                self.rest = rest;
                return (!text.contains('\\')).then(|| Expression::Text(text.to_owned()));
            }
        }
        None
    }

    fn name(&mut self) -> String {
        let end = self.rest.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        name.to_owned()
    }

    fn skip(&mut self, letter: char) -> bool {
        let after = self.rest.trim_start().strip_prefix(letter);
        self.rest =
            after.map_or(self.rest, |after| if matches!(letter, '|' | '(' | ')') { after.trim_start() } else { after });
        after.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_names_a_role_and_becomes_a_template_of_ours() {
        type Case = (&'static str, Option<&'static str>, Option<&'static str>, Option<&'static str>);
        let named = Fields { account_id: "012345678901", account_name: "Log Archive", role: "Admin", instance: "Corp" };
        // The template, the name of the role of an account with and without a name, and our template.
        let cases: &[Case] = &[
            (
                "{{ .AccountIdPad }}:{{ .RoleName }}",
                Some("012345678901:Admin"),
                Some("012345678901:Admin"),
                Some("{account_id}:{role}"),
            ),
            (
                "{{.AccountName}}/{{.RoleName}}",
                Some("Log Archive/Admin"),
                Some("/Admin"),
                Some("{account_name}/{role}"),
            ),
            (
                "{{ FirstItem .AccountName (.AccountAlias | nospace) }}:{{ .RoleName }}",
                Some("Log Archive:Admin"),
                None,
                Some("{account_name}:{role}"),
            ),
            ("{{ FirstItem .AccountName (nospace .AccountAlias) }}", Some("Log Archive"), None, Some("{account_name}")),
            ("{{ kebabcase .AccountAlias }}:{{ .RoleName }}", None, None, Some("{account_name|slug}:{role}")),
            (
                "{{ .AccountName | kebabcase }}-{{ lower .RoleName }}",
                Some("log-archive-admin"),
                Some("-admin"),
                Some("{account_name|slug}-{role|lower}"),
            ),
            ("{{ StringReplace \" \" \"_\" .AccountName }}", Some("Log_Archive"), Some(""), Some("{account_name}")),
            (
                "{{ StringsJoin \":\" .AccountName .RoleName }}",
                Some("Log Archive:Admin"),
                Some("Admin"),
                Some("{account_name}:{role}"),
            ),
            ("{{ AccountIdStr .AccountId }}", Some("012345678901"), Some("012345678901"), Some("{account_id}")),
            ("{{ .SSO }}-{{ .RoleName | upper }}", Some("Corp-ADMIN"), Some("Corp-ADMIN"), None),
            ("{{ .EmailAddress }}", None, None, Some("{email}")),
            ("{{ .Tags.Color }}", None, None, None),
            ("{ {{ .RoleName }} }", Some("{ Admin }"), Some("{ Admin }"), None),
            ("plain", Some("plain"), Some("plain"), Some("plain")),
        ];
        for (text, with_name, without_name, template) in cases {
            let format = ProfileFormat::parse(text);
            let render = |fields| format.as_ref().and_then(|format| format.render(fields));
            assert_eq!(render(named).as_deref(), *with_name, "{text}");
            assert_eq!(render(Fields { account_name: "", ..named }).as_deref(), *without_name, "{text}");
            assert_eq!(format.as_ref().and_then(ProfileFormat::as_template).as_deref(), *template, "{text}");
        }
    }

    #[test]
    fn what_is_not_known_makes_no_name() {
        for text in [
            "{{ if .AccountName }}x{{ end }}",
            "{{ .RoleName",
            "{{- .RoleName -}}",
            "{{ .RoleName | trunc 5 }}",
            "{{ \"a\\n\" }}",
            "{{ ((((((((((.RoleName)))))))))) }}",
            "{{ }}",
        ] {
            let named = Fields { account_id: "012345678901", account_name: "x", role: "Admin", instance: "Corp" };
            assert_eq!(ProfileFormat::parse(text).and_then(|format| format.render(named)), None, "{text}");
        }
    }
}
