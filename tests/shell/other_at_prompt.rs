//! The function at the prompt of Nushell, Elvish, xonsh and tcsh.

use std::fs;

use aws_sso::sandbox::Options;
use jiff::Timestamp;

use crate::support::other_shells::{NUSHELL, OtherShell};
use crate::support::picker::remembered;
use crate::support::terminal::Terminal;
use crate::support::user::User;

const SOON: &str = "expire within 5 minutes; run: awsso refresh";
const LATE: &str = "have expired; run: awsso refresh";
const ENDED: &str = "aws-sso: your sign-in has ended; run: awsso login -p corp";

/// A shell at whose prompt the function is loaded, twice, with these options of `init`.
fn at_prompt(user: &User, shell: OtherShell, options: &str) -> Terminal {
    let mut terminal = shell.start(&user.home).endpoint(user.sandbox.endpoint()).in_terminal();
    let load = shell.load_at_prompt(&user.home, options);
    if !shell.prompt.is_empty() {
        terminal.send(&format!("{}\r", shell.prompt));
    }
    wait_for_prompt(&terminal);
    type_lines(shell, &mut terminal, &[&load, &load]);
    terminal
}

/// Both prompts are `~`, a character and a blank: what is typed before they are there may get lost.
fn wait_for_prompt(terminal: &Terminal) {
    assert!(terminal.wait_until(|screen| is_at_prompt(screen, "")), "there is no prompt:\n{}", terminal.screen());
}

/// Waits until this stands at the prompt.
fn wait_for_line(terminal: &Terminal, line: &str) {
    let is_there = terminal.wait_until(|screen| is_at_prompt(screen, line));
    assert!(is_there, "{line:?} is not at the prompt:\n{}", terminal.screen());
}

fn is_at_prompt(screen: &vt100::Screen, line: &str) -> bool {
    let (row, column) = screen.cursor_position();
    let text = screen.contents_between(row, 0, row, column);
    text.starts_with('~') && usize::from(column) == 3 + line.len() && text.trim_end().ends_with(line)
}

/// Runs the line that is typed, and waits for the prompt after it: in another row, for Nushell draws that of this line
/// once more, too. Where the last row is reached, all that follows is in it.
fn enter(terminal: &mut Terminal) {
    let place = |screen: &vt100::Screen| (screen.cursor_position().0, screen.size().0.get() - 1);
    let (row, last) = terminal.look(place);
    terminal.send("\r");
    let is_next = |screen: &vt100::Screen| (row == last || place(screen).0 != row) && is_at_prompt(screen, "");
    assert!(terminal.wait_until(is_next), "there is no prompt after row {row}:\n{}", terminal.screen());
}

/// Types lines, each at the prompt after the one before.
fn type_lines(shell: OtherShell, terminal: &mut Terminal, lines: &[&str]) {
    for line in lines {
        // The comment makes this line differ from others.
        let mark = format!("{}{}", shell.comment, terminal.new_mark());
        terminal.send(&format!("{line} {mark}"));
        terminal.wait_for(&mark);
        enter(terminal);
    }
}

fn leave(mut terminal: Terminal) {
    terminal.send("exit\r");
    let _ = terminal.finish();
}

/// A statement that sets when something ends, in so many seconds.
fn end_in(shell: OtherShell, name: &str, seconds: i64) -> String {
    shell.set(name, &(Timestamp::now().as_second() + seconds).to_string())
}

#[test]
fn the_prompt_says_once_that_credentials_and_the_sign_in_end_and_runs_nothing() {
    let user = User::signed_in(Options::default());
    for shell in OtherShell::all() {
        let mut terminal = at_prompt(&user, shell, "");
        let ending = end_in(shell, "AWS_SSO_SESSION_END", 590);
        let lines = [
            end_in(shell, "AWS_SSO_EXPIRATION", 900),
            shell.set("AWS_SSO_EXPIRATION", "$(touch PWNED)"),
            shell.set("AWS_SSO_EXPIRATION", "1700000000; touch PWNED"),
            shell.set("AWS_SSO_EXPIRATION", "99999999999999999999"),
            end_in(shell, "AWS_SSO_EXPIRATION", 250),
            "ls".to_owned(),
            end_in(shell, "AWS_SSO_EXPIRATION", 240),
            end_in(shell, "AWS_SSO_EXPIRATION", -5),
            "ls".to_owned(),
            ending,
            "ls".to_owned(),
        ];
        type_lines(shell, &mut terminal, &lines.iter().map(String::as_str).collect::<Vec<_>>());
        let screen = terminal.screen();
        assert_eq!(screen.matches(SOON).count(), 2, "{shell:?}:\n{screen}");
        assert_eq!(screen.matches(LATE).count(), 1, "{shell:?}:\n{screen}");
        // None of them is broken in a window of 80 columns.
        let notices: Vec<_> = screen.lines().map(str::trim_end).filter(|line| line.starts_with("aws-sso: ")).collect();
        assert!(notices.len() >= 3 && notices.iter().all(|line| line.len() <= 79), "{shell:?}:\n{screen}");
        assert_eq!(screen.matches("your sign-in may end in about 10 minutes; ").count(), 1, "{screen}");
        assert!(!user.home.has("PWNED"), "{shell:?}");
        leave(terminal);
    }
}

#[test]
fn what_use_says_is_seen_and_the_prompt_renews_the_credentials() {
    let user = User::signed_in(Options::default());
    let role = user.role_arn(0);
    for shell in OtherShell::all() {
        let mut terminal = at_prompt(&user, shell, "--hook refresh");
        type_lines(shell, &mut terminal, &[&format!("awsso use {role}")]);
        assert!(terminal.screen().contains(&format!(" / {} · ", user.sandbox.accounts()[0].roles[0])));
        type_lines(
            shell,
            &mut terminal,
            &["sh -c 'env -0 >used'", &end_in(shell, "AWS_SSO_EXPIRATION", 100), "sh -c 'env -0 >renewed'"],
        );
        let [entered, renewed] = ["used", "renewed"].map(|file| user.home.environment(file));
        assert_eq!(renewed["AWS_SSO_ROLE_ARN"], role, "{shell:?}");
        assert!(renewed["AWS_SSO_EXPIRATION"] >= entered["AWS_SSO_EXPIRATION"], "{shell:?}");
        // What was shown is no variable that programs see.
        assert!(!renewed.keys().any(|name| name.starts_with("__")), "{shell:?}: {:?}", renewed.keys());
        // Without a sign-in, the prompt says so, and how to sign in.
        let _ = user.aws_sso("logout").run().success();
        type_lines(shell, &mut terminal, &[&end_in(shell, "AWS_SSO_EXPIRATION", 50), "ls"]);
        assert_eq!(terminal.screen().matches(ENDED).count(), 1, "{shell:?}:\n{}", terminal.screen());
        leave(terminal);
        let _ = user.aws_sso("login --device-code --no-browser").run().success();
    }
}

/// Nushell gives back the environment after a block, a plain `def` and `NAME=value`.
#[test]
fn a_change_that_a_block_alone_had_is_said_to_be_gone_at_the_prompt_of_nushell() {
    let user = User::signed_in(Options::default());
    if !NUSHELL.is_here() {
        return;
    }
    let [first, second] = [0, 1].map(|number| user.role_arn(number));
    let mut terminal = at_prompt(&user, NUSHELL, "");
    type_lines(NUSHELL, &mut terminal, &[&format!("awsso use {first}")]);
    for (number, (line, is_kept)) in [
        (format!("AWS_REGION=eu-west-1 awsso use {second}"), false),
        (format!("do {{ awsso use {second} }}"), false),
        (format!("def entered [] {{ awsso use {second} }}; entered"), false),
        (format!("[1] | each {{ awsso use {second} }}"), false),
        (format!("do {{ awsso use {second} }}; awsso use {first}"), true),
        (format!("do --env {{ awsso use {second} }}"), true),
        ("do { awsso clear }".to_owned(), false),
    ]
    .into_iter()
    .enumerate()
    {
        type_lines(NUSHELL, &mut terminal, &["clear", &line, &format!("sh -c 'env -0 >after-{number}'")]);
        let screen = terminal.screen();
        assert_eq!(screen.contains("aws-sso: this shell has not changed; "), !is_kept, "{line}:\n{screen}");
        let role = if line.starts_with("do --env") || line.contains("clear") { &second } else { &first };
        let after = user.home.environment(&format!("after-{number}"));
        assert_eq!(after["AWS_SSO_ROLE_ARN"], *role, "{line}");
        assert!(!after.keys().any(|name| name.starts_with("__")), "{line}");
    }
    leave(terminal);
}

/// Elvish quotes the line of our code in which a program fails: where all of the code was one line, it hid the message.
#[test]
fn what_a_failing_verb_says_stays_on_a_screen_of_24_rows() {
    let user = User::signed_in(Options::default());
    for shell in OtherShell::all() {
        let mut terminal = at_prompt(&user, shell, "");
        for (verb, message) in [
            ("use nope", "aws-sso: nope is not a role, an account, an alias, or a profile with a role"),
            ("region eu-wset-1", "aws-sso: region eu-wset-1: that is not a region of AWS"),
            ("whoami --nonsense", "error: unexpected argument '--nonsense' found"),
            ("login -p nowhere", "aws-sso: there is no profile or sso-session nowhere in"),
        ] {
            type_lines(shell, &mut terminal, &["clear", &format!("awsso {verb}")]);
            let screen = terminal.screen();
            let (_, after) = screen.split_once(message).unwrap_or_else(|| panic!("{shell:?} {verb}:\n{screen}"));
            // xonsh has written a blank in the last row of the window.
            let rows: usize = after.trim_end().lines().map(|line| line.chars().count().div_ceil(80).max(1)).sum();
            assert!(rows <= 18, "{shell:?} {verb}:\n{screen}");
            assert!(!after.contains("edit:"), "{shell:?} {verb}:\n{screen}");
        }
        leave(terminal);
    }
}

#[test]
fn tab_completes_verbs_roles_and_commands_and_doctor_knows_the_function() {
    let user = remembered(Options::default());
    let renamed = vec![(user.sandbox.accounts()[1].id.clone(), "it's $(touch PWNED)".to_owned())];
    user.sandbox.update(|options| options.renamed = renamed);
    let _ = user.aws_sso("list -p corp --refresh").run().success();
    user.home.write("mine.txt", "");
    for shell in OtherShell::all() {
        let mut terminal = at_prompt(&user, shell, "");
        let account = if shell.name == "elvish" { "\"it's" } else { "touch" };
        for (keys, shown) in [
            (format!("awsso use {account}\t"), "PWNED"),
            ("awsso refr\t".to_owned(), "awsso refresh"),
            ("awsso exec x -- cat min\t".to_owned(), "cat mine.txt"),
        ] {
            // tcsh takes a name with blanks for several.
            if shell.name == "tcsh" && shown == "PWNED" {
                continue;
            }
            terminal.send(&keys);
            terminal.wait_for(shown);
            // The first one leaves a list of candidates.
            terminal.send("\x03\x03");
            wait_for_prompt(&terminal);
        }
        // A new shell: Elvish drops what is typed while it gives up a line.
        drop(terminal);
        let mut terminal = at_prompt(&user, shell, "");
        type_lines(shell, &mut terminal, &["awsso doctor"]);
        terminal.wait_for(&format!("this {} has loaded the awsso function", shell.name));
        terminal.wait_for("Tab completes its arguments");
        leave(terminal);
        assert!(!user.home.has("PWNED"), "{shell:?}");
    }
}

#[test]
fn a_key_picks_a_role_and_what_is_typed_stays() {
    let user = remembered(Options::default());
    let account = &user.sandbox.accounts()[1];
    for shell in OtherShell::all() {
        let mut terminal = at_prompt(&user, shell, "--key ^G");
        terminal.send("echo one-two");
        terminal.wait_for("echo one-two");
        terminal.send("\x07");
        terminal.wait_for("16/16");
        terminal.send(&format!("{} reader\r", account.id));
        terminal.wait_for(&format!("{} / reader", account.name));
        wait_for_line(&terminal, "echo one-two");
        terminal.send("-three");
        wait_for_line(&terminal, "echo one-two-three");
        enter(&mut terminal);
        let screen = terminal.screen();
        // Nushell draws its prompt over what a key has printed, unless that takes it to another row.
        for shown in [&format!("{} / reader", account.name), "\none-two-three"] {
            assert!(screen.contains(shown), "{shell:?}:\n{screen}");
        }
        type_lines(shell, &mut terminal, &["sh -c 'env -0 >picked'"]);
        assert_eq!(user.home.environment("picked")["AWS_ACCOUNT_ID"], account.id, "{shell:?}");
        leave(terminal);
    }
}

/// `aws-sso` without the function says which line of which file loads it; that line does.
#[test]
fn the_line_for_the_start_up_file_loads_the_function() {
    let user = User::signed_in(Options::default());
    for shell in OtherShell::all() {
        let mut terminal = shell.start(&user.home).endpoint(user.sandbox.endpoint()).in_terminal();
        if !shell.prompt.is_empty() {
            terminal.send(&format!("{}\r", shell.prompt));
        }
        wait_for_prompt(&terminal);
        type_lines(shell, &mut terminal, &["aws-sso use x"]);
        let screen = terminal.screen();
        leave(terminal);
        let line = screen.lines().find(|line| line.contains(" init ")).unwrap_or_else(|| panic!("{screen}"));
        let line = line.trim().trim_start_matches("load it with: ");
        let file = screen.split_whitespace().find(|word| word.starts_with("~/.")).unwrap();
        user.home.write(file.trim_start_matches("~/").trim_end_matches(':'), format!("{line}\n"));
        let run = shell.start_with_files(&user.home).endpoint(user.sandbox.endpoint());
        let mut terminal = run.in_terminal();
        if !shell.prompt.is_empty() {
            terminal.send(&format!("{}\r", shell.prompt));
        }
        wait_for_prompt(&terminal);
        type_lines(shell, &mut terminal, &[&format!("awsso use {}", user.role_arn(0)), "sh -c 'env -0 >used'"]);
        leave(terminal);
        assert_eq!(user.home.environment("used")["AWS_SSO_ROLE_ARN"], user.role_arn(0), "{shell:?}");
        fs::remove_file(user.home.path("used")).unwrap();
    }
}
