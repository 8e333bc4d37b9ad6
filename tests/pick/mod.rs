//! `awsso pick`: the real picker in a real terminal.

mod arriving;
mod burst;
mod look;

use std::fs;
use std::num::NonZero;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Instant;

use aws_sso::sandbox::{Names, Options};

use crate::support::picker::{PICK, alone, chosen, remembered};
use crate::support::process::{LIMIT, children, is_running, signal};
use crate::support::terminal::Terminal;
use crate::support::user::User;
use crate::support::{programs, skip};

/// The file with the cached inventory.
fn inventory(user: &User) -> String {
    let names = user.home.list(".cache/aws-sso");
    let name = names.iter().find(|name| name.starts_with("inventory-")).unwrap();
    format!(".cache/aws-sso/{name}")
}

#[test]
fn every_role_is_a_row_and_the_ones_used_last_stand_first() {
    let user = remembered(Options::default());
    let accounts = user.sandbox.accounts();
    let mine =
        format!("[profile mine]\nsso_session = corp\nsso_account_id = {}\nsso_role_name = reader\n", accounts[1].id);
    user.home.write(".aws/config", user.home.read(".aws/config") + &mine);
    let account = &accounts[2];
    let last = format!("{}/{}", account.id, account.roles[1]);
    let _ = user.aws_sso(&format!("use --shell bash {last} -p corp")).run().success();

    let mut terminal = user.aws_sso(PICK).in_terminal();
    terminal.wait_for("16/16").wait_for(&account.email).wait_for("minutes more").wait_for("used ");
    let screen = terminal.screen();
    let header = screen.lines().find(|line| line.contains("ACCOUNT")).unwrap();
    let columns = ["ACCOUNT", "ID", "ROLE", "PROFILE"].map(|name| header.find(name).unwrap());
    let first = screen.lines().find(|line| line.starts_with('>') && line.contains(&account.id)).unwrap();
    assert!(first[columns[0]..].starts_with(&account.name), "{screen}");
    assert!(first[columns[1]..].starts_with(&account.id), "{screen}");
    assert!(first[columns[2]..].starts_with(&account.roles[1]), "{screen}");
    let named = screen.lines().find(|line| line.contains("mine")).unwrap();
    assert!(named[columns[3]..].starts_with("mine"), "{screen}");
    // Enter chooses the first row, which is the role used last.
    terminal.send("\r");
    let output = terminal.finish().success();
    assert!(chosen(&output.stdout).unwrap().ends_with(&format!("::{}:role/{}", account.id, account.roles[1])));
}

#[test]
fn words_that_match_one_role_choose_it_and_others_begin_the_search() {
    let user = remembered(Options::default());
    let accounts = user.sandbox.accounts();
    let account = &accounts[2];
    let expected = format!("arn:aws:iam::{}:role/reader", account.id);
    for query in [
        format!("{} reader", account.id),
        format!("READER {}", &account.name[..4]),
        format!("{}/reader", account.name),
        format!("{}/reader", account.id),
        expected.clone(),
    ] {
        // Without a terminal, so no picker could be shown.
        let run = user.aws_sso(PICK).args(query.split(' ')).run().success();
        assert_eq!(chosen(&run.stdout).as_deref(), Some(&*expected), "{query}");
    }
    let mut terminal = user.aws_sso(PICK).arg("reader").in_terminal();
    terminal.wait_for("> reader").wait_for("  4/16 ");
    terminal.send(&format!(" {}", account.id));
    terminal.wait_for("  1/16 ");
    terminal.send("\r");
    assert_eq!(chosen(&terminal.finish().success().stdout).as_deref(), Some(&*expected));
}

#[test]
fn it_draws_on_the_terminal_even_if_output_is_redirected_and_fails_without_one() {
    let user = remembered(Options::default());
    let mut terminal = user.aws_sso(PICK).behind_a_program();
    terminal.wait_for("16/16");
    terminal.send("\r");
    let output = terminal.finish().success().quiet();
    assert!(chosen(&output.stdout).is_some(), "{output}");

    let output = user.aws_sso(PICK).run().status(2).complains("awsso use ROLE");
    assert_eq!(output.stdout, "");
}

/// Runs `pick` in a shell that records the terminal's state before and after, and the status.
fn watched(user: &User) -> Terminal {
    let script = "rm -f go; mkfifo go; stty -a >before; aws-sso pick --shell bash -p corp; echo $? >status
        cat go >/dev/null; stty -a >after; echo over";
    let mut terminal = user.home.command("sh").args(["-c", script]).endpoint(user.sandbox.endpoint()).in_terminal();
    terminal.wait_for("16/16");
    assert!(terminal.is_alternate_screen());
    terminal
}

/// The `aws-sso` that the shell runs, and its picker.
fn programs_of(shell: &Terminal) -> [u32; 2] {
    let only = |parent, name| {
        let [child] = children(parent, name)[..] else { panic!("one {name} is running") };
        child
    };
    let program = only(shell.id(), "aws-sso");
    [program, only(program, "aws-sso-pick")]
}

#[track_caller]
fn assert_is_restored(user: &User, mut terminal: Terminal, picker: u32, case: &str) {
    let start = Instant::now();
    while is_running(picker) {
        assert!(start.elapsed() < LIMIT, "{case}: the picker is still running");
        std::thread::yield_now();
    }
    fs::write(user.home.path("go"), "").unwrap();
    terminal.wait_for("over");
    assert!(!terminal.is_alternate_screen() && terminal.is_cursor_shown() && !terminal.reports_mouse(), "{case}");
    let _ = terminal.finish();
    assert_eq!(user.home.read("before"), user.home.read("after"), "{case}");
}

#[test]
fn the_terminal_is_restored_however_it_ends() {
    let user = remembered(Options::default());
    for (key, status) in [("\x1b", "130\n"), ("\x03", "130\n"), ("\x04", "130\n"), ("\r", "0\n")] {
        let mut terminal = watched(&user);
        let [_, picker] = programs_of(&terminal);
        terminal.send(key);
        assert_is_restored(&user, terminal, picker, &format!("{key:?}"));
        assert_eq!(user.home.read("status"), status, "{key:?}");
    }
    // The last one is what a system sends that is out of memory.
    for name in ["TERM", "HUP", "KILL"] {
        let terminal = watched(&user);
        let [_, picker] = programs_of(&terminal);
        signal(name, picker.into());
        assert_is_restored(&user, terminal, picker, name);
        assert_eq!(user.home.read("status"), "130\n", "{name}");
    }
    // When aws-sso has ended, the picker ends too.
    for (name, status) in [("INT", "130\n"), ("TERM", "143\n"), ("HUP", "129\n"), ("KILL", "137\n")] {
        let terminal = watched(&user);
        let [program, picker] = programs_of(&terminal);
        signal(name, program.into());
        assert_is_restored(&user, terminal, picker, &format!("{name} for aws-sso"));
        assert_eq!(user.home.read("status"), status, "{name} for aws-sso");
    }
}

#[test]
fn several_rows_are_marked_with_tab() {
    let user = User::signed_in(Options::default());
    let rows = "7\tone row\n8\ttwo rows\n9\tthree rows\n\n";
    for (options, expected) in [("--multi", "7\n8\n"), ("", "9\n")] {
        let mut terminal = alone(&user, rows, options);
        terminal.wait_for("3/3");
        terminal.send("\t\t");
        terminal.wait_for("> three");
        terminal.send("\r");
        terminal.wait_for("over");
        let _ = terminal.finish();
        assert_eq!(user.home.read("chosen"), expected, "{options}");
        assert_eq!(user.home.read("status"), "0\n");
    }
}

#[test]
fn a_panic_restores_the_terminal() {
    let user = User::signed_in(Options::default());
    // In debug builds a row with this key panics while it is drawn.
    let mut terminal = alone(&user, "1\tone\npanic\ttwo\n\n", "");
    terminal.wait_for("2/2");
    terminal.send("two");
    terminal.wait_for("over");
    assert!(!terminal.is_alternate_screen() && terminal.is_cursor_shown());
    let _ = terminal.finish();
    assert_ne!(user.home.read("status"), "0\n");
    assert_eq!(user.home.read("chosen"), "");
    assert_eq!(user.home.read("before"), user.home.read("after"));
}

#[test]
fn the_key_with_which_skim_runs_commands_runs_none() {
    let user = User::signed_in(Options::default());
    let mut terminal = alone(&user, "1\tone\n2\ttouch PWNED\n\n", "");
    terminal.wait_for("2/2");
    terminal.send("\x11touch PWNED");
    terminal.wait_for("1/2");
    terminal.send("\r");
    terminal.wait_for("over");
    let _ = terminal.finish();
    assert_eq!(user.home.read("chosen"), "2\n");
    assert!(!user.home.has("PWNED"));
}

#[test]
fn fzf_and_the_numbered_list_can_replace_the_picker() {
    let user = remembered(Options::default());
    let account = user.sandbox.accounts()[2].clone();
    let role = format!("arn:aws:iam::{}:role/reader", account.id);
    // What is typed, what is shown then, and what is typed then.
    let id = &account.id;
    let by_number = (format!("{} read\r", account.name), "ReadOnlyAccess\n", format!("{id} reader\r"));
    let by_fzf = (format!("{id} reader"), "  1/16", "\r".to_owned());
    for (picker, (typed, shown, then)) in [("number", by_number), ("fzf", by_fzf)] {
        if picker == "fzf" && programs("fzf").next().is_none() {
            skip("fzf is not installed: picker = fzf is not tested");
            continue;
        }
        user.home.write(".config/aws-sso/config", format!("picker = {picker}\n"));
        let mut terminal = user.aws_sso(PICK).behind_a_program();
        terminal.wait_for(&account.name).send(&typed);
        terminal.wait_for(shown).send(&then);
        let output = terminal.finish().success().quiet();
        assert_eq!(chosen(&output.stdout).as_deref(), Some(&*role), "{picker}");

        let mut terminal = user.aws_sso(PICK).in_terminal();
        terminal.wait_for(&account.name).send("\x03");
        let _ = terminal.finish().status(130);
    }
    user.home.write(".config/aws-sso/config", "picker = dmenu\n");
    let _ = user.aws_sso(PICK).run().status(2).complains("picker").complains("dmenu");
}

#[test]
fn without_its_program_the_picker_is_a_numbered_list() {
    let user = remembered(Options::default());
    // A copy without the picker's program beside it.
    let program = user.home.path("bin/aws-sso");
    fs::create_dir_all(program.parent().unwrap()).unwrap();
    fs::copy(crate::support::AWS_SSO, &program).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let run = user.home.command(&program).args(PICK.split(' ')).env("PATH", "/usr/bin:/bin");
    let mut terminal = run.endpoint(user.sandbox.endpoint()).in_terminal();
    terminal.wait_for("Choose the role [1-16").send("nothing like it\r");
    terminal.wait_for("Nothing matches that").send("1 2\r");
    terminal.wait_for("Choose one role only").send("16\r");
    let output = terminal.finish().success();
    assert!(chosen(&output.stdout).is_some(), "{output}");
}

#[test]
fn the_numbered_list_has_pages_of_a_screen_and_words_narrow_it() {
    let user = remembered(Options { accounts: 40, roles: 4, ..Options::default() });
    user.home.write(".config/aws-sso/config", "picker = number\n");
    let mut terminal = user.aws_sso(PICK).behind_a_program();
    // 50 lines, of which two are left for the question.
    for more in [112, 64, 16] {
        terminal.wait_for(&format!(", Enter for {more} more]: ")).send("\r");
    }
    terminal.wait_for("160  ").wait_for("part of its name]: ").send("\r");
    terminal.wait_for(", Enter for 112 more]: ");
    terminal.resize(NonZero::new(12).unwrap(), NonZero::new(100).unwrap());
    let account = user.sandbox.accounts()[7].clone();
    terminal.send("reader\r");
    // Only rows on the screen are chosen by number: row 1 is no reader, and the range has such rows.
    terminal.wait_for("[a number above, or part").wait_for(", Enter for 30 more]: ").send("1\r");
    for (number, next) in ["1-5", "159", ""].into_iter().enumerate() {
        let is_refused =
            |screen: &vt100::Screen| screen.contents().matches("Choose among the rows above.").count() == number + 1;
        assert!(terminal.wait_until(is_refused), "{}", terminal.screen());
        terminal.send(&if next.is_empty() { format!("{}\r", account.id) } else { format!("{next}\r") });
    }
    // Few enough for one page; the number of the row takes it.
    terminal.wait_for("part of its name]: ");
    let screen = terminal.screen();
    let row = screen.lines().rfind(|line| line.contains(&account.id) && line.contains("reader")).unwrap();
    terminal.send(&format!("{}\r", row.split_whitespace().next().unwrap()));
    let role = format!("arn:aws:iam::{}:role/reader", account.id);
    assert_eq!(chosen(&terminal.finish().success().stdout), Some(role));
}

#[test]
fn an_old_list_is_shown_at_once_and_renewed_meanwhile() {
    let user = remembered(Options { accounts: 9, roles: 3, ..Options::default() });
    let path = inventory(&user);
    let mut old: serde_json::Value = serde_json::from_str(&user.home.read(&path)).unwrap();
    let accounts = old["accounts"].as_array_mut().unwrap();
    accounts.truncate(2);
    let known = accounts[0]["id"].as_str().unwrap().to_owned();
    // As it was written by versions that kept no time, and a day ago.
    for at in [None, Some(jiff::Timestamp::now().as_second() - 86_400)] {
        match at {
            Some(at) => old["fetched_at"] = at.into(),
            None => drop(old.as_object_mut().unwrap().remove("fetched_at")),
        }
        user.home.write(&path, old.to_string());
        user.sandbox.clear_log();
        let new = user.sandbox.accounts().into_iter().find(|account| account.id != known).unwrap();
        let mut terminal = user.aws_sso(PICK).in_terminal();
        terminal.wait_for("27/27");
        terminal.send(&format!("{} reader", new.id));
        terminal.wait_for("  1/27 ");
        terminal.send("\r");
        let output = terminal.finish().success();
        assert_eq!(chosen(&output.stdout).unwrap(), format!("arn:aws:iam::{}:role/reader", new.id));
        assert_eq!(user.home.read(&path).matches("\"email\"").count(), 9);
    }
    // A recent list is not renewed.
    user.sandbox.clear_log();
    let mut terminal = user.aws_sso(PICK).in_terminal();
    terminal.wait_for("27/27").send("\x1b");
    let _ = terminal.finish().status(130);
    assert_eq!(user.sandbox.requests().len(), 0);
}

#[test]
fn renewing_an_old_list_never_asks_for_a_sign_in() {
    let user = remembered(Options { accounts: 2, roles: 2, ..Options::default() });
    let path = inventory(&user);
    let old = user.home.read(&path).replacen("\"fetched_at\":", "\"was\":", 1);
    user.home.write(&path, &old);
    for name in user.home.list(".aws/sso/cache") {
        fs::remove_file(user.home.path(".aws/sso/cache").join(name)).unwrap();
    }
    let mut terminal = user.aws_sso(PICK).in_terminal();
    terminal.wait_for("  4/4 ");
    let screen = terminal.screen();
    terminal.send("\x1b");
    let _ = terminal.finish().status(130);
    assert!(!screen.contains("sign in"), "{screen}");
    assert_eq!(user.home.read(&path), old);
    assert_eq!(user.sandbox.requests().len(), 0);
}

#[test]
fn hostile_names_cannot_break_the_rows_drive_the_terminal_or_run_commands() {
    let user = remembered(Options { names: Names::Hostile, accounts: 42, roles: 16, ..Options::default() });
    let accounts = user.sandbox.accounts();
    let count: usize = accounts.iter().map(|account| account.roles.len()).sum();
    for picker in ["skim", "fzf", "number"] {
        user.home.write(".config/aws-sso/config", format!("picker = {picker}\n"));
        let mut terminal = user.aws_sso(PICK).in_terminal();
        let is_number = picker == "number";
        terminal.wait_for(&if is_number { " more]: ".to_owned() } else { format!("{count}/{count}") });
        if is_number {
            let screen = terminal.screen();
            let number = |after: &str, before: &str| {
                screen.rsplit_once(after).and_then(|(_, rest)| rest.split_once(before)?.0.parse::<usize>().ok())
            };
            assert_eq!(number("[1-", ",").unwrap() + number(", Enter for ", " more").unwrap(), count, "{screen}");
        }
        assert!(!terminal.screen().contains('\u{202E}'), "{}", terminal.screen());
        terminal.send("\x03");
        let _ = terminal.finish().status(130);
        assert!(!user.home.has("PWNED"), "{picker}");
    }
}
