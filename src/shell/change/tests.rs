//! `use`, other programs and `clear` in one environment.

use std::collections::BTreeMap;

use clap::ValueEnum as _;

use super::*;

/// Variables, changed as a shell would change them, and the folder of direnv.
#[derive(Clone, Debug, Default, PartialEq)]
struct Environment(BTreeMap<String, String>);

impl Environment {
    fn of(values: &str) -> Self {
        let pairs = values.split_whitespace().filter_map(|pair| pair.split_once('='));
        Self(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    fn get(&self, name: &str) -> Option<OsString> {
        self.0.get(name).map(OsString::from)
    }

    fn note(&self) -> Option<Displaced> {
        self.0.get(Displaced::VARIABLE).and_then(|text| Displaced::from_variable(text))
    }

    fn folder(&self) -> Option<String> {
        self.0.get("DIRENV_DIR").cloned()
    }

    /// What `use` does: `name=value` sets a variable, `name=` removes it.
    fn enter(&mut self, values: &str) {
        let change = change(values);
        let current = |name: &str| self.get(name);
        self.apply(change.recorded(self.note().as_ref(), self.folder(), &current).unwrap());
    }

    fn clear(&mut self) {
        let has_role = self.0.contains_key("AWS_SSO_ROLE_ARN");
        let current = |name: &str| self.get(name);
        self.apply(Change::back(self.note().as_ref(), has_role, self.folder().as_deref(), &current));
    }

    fn apply(&mut self, change: Change) {
        for (name, value) in change.values {
            match value {
                Some(value) => self.0.insert(name.to_owned(), value),
                None => self.0.remove(name),
            };
        }
    }

    /// What the user or another program does.
    fn do_elsewhere(&mut self, values: &str) {
        for (name, value) in values.split_whitespace().filter_map(|pair| pair.split_once('=')) {
            if value.is_empty() {
                self.0.remove(name);
            } else {
                self.0.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

fn change(values: &str) -> Change {
    let pairs = values.split_whitespace().filter_map(|pair| pair.split_once('='));
    let known = |name| super::super::variables::known_name(name).unwrap();
    let value = |value: &str| Some(value.to_owned()).filter(|value| !value.is_empty());
    Change { values: pairs.map(|(name, text)| (known(name), value(text))).collect(), enters: true }
}

const KEYS_OF_A: &str = "AWS_SSO_ROLE_ARN=a AWS_ACCESS_KEY_ID=A AWS_SECRET_ACCESS_KEY=As AWS_SESSION_TOKEN=At \
                         AWS_PROFILE=";
const KEYS_OF_B: &str = "AWS_SSO_ROLE_ARN=b AWS_ACCESS_KEY_ID=B AWS_SECRET_ACCESS_KEY=Bs AWS_SESSION_TOKEN=Bt \
                         AWS_PROFILE=";
const PROFILE_C: &str = "AWS_SSO_ROLE_ARN=c AWS_PROFILE=c AWS_ACCESS_KEY_ID= AWS_SECRET_ACCESS_KEY= \
                         AWS_SESSION_TOKEN=";

#[test]
fn clear_restores_the_first_state_however_often_use_ran() {
    let first = Environment::of("AWS_PROFILE=mine AWS_REGION=eu-west-1 EDITOR=vi");
    let mut shell = first.clone();
    shell.enter(&format!("{KEYS_OF_A} AWS_REGION=x"));
    assert_eq!(shell.0.get("AWS_REGION").map(String::as_str), Some("x"));

    shell.enter(PROFILE_C);
    assert_eq!(shell.0.get("AWS_ACCESS_KEY_ID"), None, "the first role's key must not outlive it");
    assert_eq!(shell.0.get("AWS_REGION").map(String::as_str), Some("eu-west-1"));

    shell.clear();
    assert_eq!(shell, first);
}

/// The steps: `use:` enters, `do:` is somebody else's change, `clear` undoes.
#[test]
fn clear_undoes_what_use_did_and_nothing_else() {
    let keys = "AWS_ACCESS_KEY_ID=K AWS_SECRET_ACCESS_KEY=Ks AWS_SESSION_TOKEN=Kt";
    let a = KEYS_OF_A;
    let of_a = "AWS_SSO_ROLE_ARN=a AWS_ACCESS_KEY_ID=A AWS_SECRET_ACCESS_KEY=As AWS_SESSION_TOKEN=At";
    let cases = [
        ("a later value stays", "", &[a, "do:AWS_PROFILE=mine"][..], "AWS_PROFILE=mine"),
        ("it outlives a second use", "", &[a, "do:AWS_PROFILE=mine", KEYS_OF_B], "AWS_PROFILE=mine"),
        ("keys go back together", keys, &[a], keys),
        ("or not at all", keys, &[a, "do:AWS_ACCESS_KEY_ID=L"], "AWS_ACCESS_KEY_ID=L"),
        (
            "another tool's role has no displaced profile beside it",
            "AWS_PROFILE=mine",
            &[a, "do:AWS_SSO_ROLE_ARN= AWS_ACCESS_KEY_ID=L AWS_SECRET_ACCESS_KEY=Ls AWS_SESSION_TOKEN=Lt"],
            "AWS_ACCESS_KEY_ID=L AWS_SECRET_ACCESS_KEY=Ls AWS_SESSION_TOKEN=Lt",
        ),
        (
            "a folder's role does not follow",
            &format!("DIRENV_DIR=-/a {of_a}"),
            &[
                KEYS_OF_B,
                "do:DIRENV_DIR= AWS_SSO_ROLE_ARN= AWS_ACCESS_KEY_ID= AWS_SECRET_ACCESS_KEY= AWS_SESSION_TOKEN=",
            ],
            "",
        ),
        ("a folder's profile does not follow", "DIRENV_DIR=-/a AWS_PROFILE=dev", &[a, "do:DIRENV_DIR="], ""),
        (
            "within the folder they come back",
            &format!("DIRENV_DIR=-/a {of_a}"),
            &[KEYS_OF_B],
            &format!("DIRENV_DIR=-/a {of_a}"),
        ),
        (
            "what was there before any folder comes back in each",
            "AWS_PROFILE=mine",
            &[a, "do:DIRENV_DIR=-/b"],
            "DIRENV_DIR=-/b AWS_PROFILE=mine",
        ),
        ("a folder's own value stays", "", &[a, "do:DIRENV_DIR=-/b AWS_PROFILE=dev"], "DIRENV_DIR=-/b AWS_PROFILE=dev"),
    ];
    for (name, before, steps, after) in cases {
        let mut shell = Environment::of(before);
        for step in steps {
            match step.strip_prefix("do:") {
                Some(values) => shell.do_elsewhere(values),
                None => shell.enter(step),
            }
        }
        shell.clear();
        assert_eq!(shell, Environment::of(after), "{name}");
    }
}

#[test]
fn clear_removes_renewed_keys_too() {
    let mut shell = Environment::default();
    shell.enter(KEYS_OF_A);
    let mut note = shell.note().unwrap();
    note.renew("AWS_ACCESS_KEY_ID", Some("A2"));
    shell.do_elsewhere(&format!("AWS_ACCESS_KEY_ID=A2 {}={}", Displaced::VARIABLE, note.to_variable()));
    shell.clear();
    assert_eq!(shell, Environment::default());
}

#[test]
fn a_note_of_the_version_before_is_understood() {
    use base64::Engine as _;
    let json = r#"{"AWS_PROFILE":"mine","AWS_ACCESS_KEY_ID":null,"AWS_SSO_ROLE_ARN":null,"PATH":"/tmp"}"#;
    let note = base64::engine::general_purpose::STANDARD.encode(json);
    let mut shell = Environment::of(&format!("AWS_SSO_ROLE_ARN=a AWS_ACCESS_KEY_ID=A AWS_SSO_DISPLACED={note}"));
    shell.clear();
    assert_eq!(shell, Environment::of("AWS_PROFILE=mine"), "and no other variable can be named");
    assert_eq!(Displaced::from_variable("not base64!"), None);
}

#[test]
fn clear_without_a_role_leaves_the_users_own_keys() {
    let mut shell = Environment::of("AWS_ACCESS_KEY_ID=mine");
    shell.clear();
    assert_eq!(shell, Environment::of("AWS_ACCESS_KEY_ID=mine"));
    shell.do_elsewhere("AWS_SSO_ROLE_ARN=a");
    shell.clear();
    assert_eq!(shell, Environment::default());
}

#[test]
fn what_clear_could_not_restore_is_not_displaced() {
    let odd = |_: &str| Some(OsString::from("eu\r"));
    let error = change("AWS_REGION=x").recorded(None, None, &odd).unwrap_err();
    assert!(error.report().contains("unset AWS_REGION"));
    let mut forged = Displaced::default();
    forged.insert("AWS_REGION", Some("a\nb".to_owned()), None);
    assert_eq!(Change::back(Some(&forged), true, None, &|_| None).values[0], ("AWS_REGION", None));
}

#[test]
fn a_value_with_a_control_character_renders_nothing() {
    let mut hostile = change("AWS_PROFILE=ok");
    hostile.set([("AWS_REGION", "a\nrm -rf ~".to_owned())]);
    for shell in Shell::value_variants() {
        assert!(hostile.render(*shell).is_err());
    }
}

#[test]
fn a_value_that_cmd_would_expand_renders_nothing_for_it() {
    for value in ["100%PATH%", "a!b!", "a\" & del b & \"", "Größe"] {
        let mut hostile = change("AWS_PROFILE=ok");
        hostile.set([("AWS_SSO_SESSION", value.to_owned())]);
        assert!(hostile.render(Shell::Cmd).is_err() && hostile.render(Shell::Posix).is_ok(), "{value}");
    }
    assert_eq!(change("AWS_PROFILE=a&b^|(c)").render(Shell::Cmd).unwrap(), "set \"AWS_PROFILE=a&b^|(c)\"\n");
}
