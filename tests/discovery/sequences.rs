//! Whatever happens between two runs, the block has one profile for each role, and the user's lines stay.

use std::collections::BTreeSet;

use aws_sso::sandbox::Options;
use proptest::prelude::*;

use crate::support::discovery::{another_instance, log_in, processes, sso_session};
use crate::support::ini::cases;
use crate::support::user::User;

#[derive(Clone, Debug)]
enum Step {
    /// The sso-session gets this name.
    RenameSession(usize),
    /// The Identity Center has this start URL.
    StartUrl(usize),
    /// The first account gets this name.
    RenameAccount(usize),
    /// The next runs name profiles by this template.
    Template(usize),
    /// The user adds a line to the profile of this number.
    Edit(usize),
    Discover {
        by_profile: bool,
        prune: bool,
    },
    Undo,
}

const SESSIONS: [&str; 3] = ["corp", "new", "a.b"];
const TEMPLATES: [&str; 3] = ["{account_id}-{role}", "{account_name|slug}.{role}", "{session}/{account_name}-{role}"];
const ACCOUNTS: [&str; 3] = ["Alpha", "Beta", "Alpha!"];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (0..SESSIONS.len()).prop_map(Step::RenameSession),
        (0..2_usize).prop_map(Step::StartUrl),
        (0..ACCOUNTS.len()).prop_map(Step::RenameAccount),
        (0..TEMPLATES.len()).prop_map(Step::Template),
        (0..9_usize).prop_map(Step::Edit),
        (any::<bool>(), any::<bool>()).prop_map(|(by_profile, prune)| Step::Discover { by_profile, prune }),
        (any::<bool>(), any::<bool>()).prop_map(|(by_profile, prune)| Step::Discover { by_profile, prune }),
        Just(Step::Undo),
    ];
    prop::collection::vec(step, 1..14)
}

#[test]
fn after_any_sequence_the_block_has_one_profile_for_each_role_and_no_line_of_the_user_is_lost() {
    let config = ProptestConfig { max_shrink_iters: 64, ..cases(12) };
    proptest!(config, |(steps in steps())| check(&steps));
}

fn check(steps: &[Step]) {
    let user = User::signed_in(Options { accounts: 3, roles: 2, ..Options::default() });
    let sandboxes = [&user.sandbox, &another_instance(&user, "other")];
    let (mut session, mut url, mut template, mut edits) = ("corp", 0, TEMPLATES[0], Vec::new());
    let section = |session: &str, url: usize| sso_session(session, &sandboxes[url].start_url());
    let alias = |session: &str| format!("[profile alias]\nsso_session = {session}\n");
    let mine = "# mine\n[default]\nregion = eu-west-3\n\n[profile hand]\ns3 =\n  addressing_style = path\n";
    user.home.write(".aws/config", format!("{mine}{}{}", section(session, url), alias(session)));
    let replace =
        |old: &str, new: &str| user.home.write(".aws/config", user.home.read(".aws/config").replace(old, new));
    let discover = |session: &str, by_profile: bool, url: usize, template: &str, prune: bool| {
        log_in(&user, session, sandboxes[url]);
        let name = if by_profile { "alias" } else { session };
        let words = ["discover", "-p", name, "--name", template, "--prune"];
        let words = &words[..words.len() - usize::from(!prune)];
        user.home.aws_sso(words).endpoint(sandboxes[url].endpoint()).run().success()
    };
    // The config before the last run that changed it, and after.
    let mut last_run: Option<(String, String)> = None;
    for step in steps.iter().chain([&Step::Discover { by_profile: false, prune: true }]) {
        match *step {
            Step::RenameSession(to) => {
                let _ = replace(&section(session, url), &section(SESSIONS[to], url));
                let _ = replace(&alias(session), &alias(SESSIONS[to]));
                session = SESSIONS[to];
            }
            Step::StartUrl(to) => {
                let _ = replace(&section(session, url), &section(session, to));
                url = to;
            }
            Step::RenameAccount(to) => {
                let id = user.sandbox.accounts()[0].id.clone();
                for sandbox in sandboxes {
                    sandbox.update(|options| options.renamed = vec![(id.clone(), ACCOUNTS[to].to_owned())]);
                }
            }
            Step::Template(to) => template = TEMPLATES[to],
            Step::Edit(number) => {
                let config = user.home.read(".aws/config");
                let Some((at, line)) = config.match_indices("-ext\n").nth(number) else { continue };
                let line = at + line.len();
                let edit = format!("cli_timestamp_format = edit-{}\n", edits.len());
                user.home.write(".aws/config", format!("{}{edit}{}", &config[..line], &config[line..]));
                edits.push(edit);
            }
            Step::Discover { by_profile, prune } => {
                let old = user.home.read(".aws/config");
                let _ = discover(session, by_profile, url, template, prune);
                let new = user.home.read(".aws/config");
                if new != old {
                    last_run = Some((old, new.clone()));
                }
                assert!(new.starts_with(mine), "{new}");
                assert!(edits.iter().all(|edit| new.contains(edit)), "{edits:?} {new}");
                assert!(new.matches("# >>> ").count() == 1 && new.matches("# <<< ").count() == 1, "{new}");
                let name = if by_profile { "alias" } else { session };
                let lines = processes(&new);
                assert!(lines.values().all(|line| line.contains(&format!(" -p {name} -r "))), "{new}");
                let roles: BTreeSet<_> = lines.values().collect();
                assert_eq!(roles.len(), 6, "{new}");
                if prune {
                    // More profiles of a role are those that the user has added to.
                    let edited = new.matches("cli_timestamp_format").count();
                    assert!(lines.len() <= 6 + edited, "{new}");
                }
            }
            Step::Undo => {
                let now = user.home.read(".aws/config");
                let undo = user.aws_sso("discover --undo").run();
                match last_run.take_if(|(_, after)| *after == now) {
                    Some((before, _)) => assert_eq!(user.home.read(".aws/config"), before, "{undo}"),
                    None => assert_eq!(user.home.read(".aws/config"), now, "{undo}"),
                }
                edits.retain(|edit| user.home.read(".aws/config").contains(edit));
                // The sso-session may be that of the restored file again.
                let config = user.home.read(".aws/config");
                let of = |session: &&&str| config.contains(&format!("[sso-session {session}]"));
                session = SESSIONS.iter().find(of).unwrap();
                url = usize::from(!config.contains(&section(session, 0)));
            }
        }
    }
}
