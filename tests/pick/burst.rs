//! Text and keys that arrive in one burst, as from a fast typist, a paste or a slow connection.

use std::os::unix::fs::PermissionsExt as _;

use aws_sso::sandbox::Options;

use crate::support::picker::{PICK, alone, chosen, remembered};
use crate::support::user::User;
use crate::support::{programs, skip};

/// The row `acct-NNNNN reader` has the key NNNNN.
fn rows(count: usize) -> String {
    let rows = (0..count).map(|number| format!("{number}\tacct-{number:05} reader\n"));
    rows.chain(["\n".to_owned()]).collect()
}

#[test]
fn each_key_works_on_the_rows_that_match_all_that_was_typed_before_it() {
    let user = User::signed_in(Options { accounts: 1, roles: 1, ..Options::default() });
    // How many rows, how often, what the picker is started with, and the keys with what they choose.
    let one: &[(&str, &str)] =
        &[("00007\r", "7\n"), ("00005\n", "5\n"), ("reader\x1b[B\r", "1\n"), ("00003\x7f9\r", "9\n")];
    let several: &[(&str, &str)] = &[("00003\t\x1500012\t\r", "3\n12\n"), ("00004\r", "4\n")];
    let cases = [(16, 10, "", one), (16, 10, "--multi", several), (2_000, 2, "", one), (50_000, 1, "", one)];
    for (count, rounds, options, keys) in cases {
        let rows = rows(count);
        for (typed, expected) in keys.iter().cycle().take(rounds * keys.len()) {
            let mut terminal = alone(&user, &rows, options);
            terminal.wait_for(&format!("/{count}"));
            terminal.send(typed);
            terminal.wait_for("over");
            let _ = terminal.finish();
            assert_eq!(user.home.read("chosen"), *expected, "{typed:?} of {count} rows, {options}");
        }
    }
}

#[test]
fn keys_that_come_before_the_rows_wait_for_them_and_for_no_later_ones() {
    let user = User::signed_in(Options { accounts: 1, roles: 1, ..Options::default() });
    user.home.write("rest", rows(3_000));
    let script = "rm -f pipe; mkfifo pipe; exec 3<>pipe; printf '9\\tbefore\\n' >&3
        { read -r _ <go; cat rest >&3; } & aws-sso-pick <&3 >chosen; echo over";
    let mut terminal = user.home.command("sh").args(["-c", &format!("mkfifo go; {script}")]).in_terminal();
    terminal.wait_for("1/1");
    terminal.send("02345\r");
    terminal.wait_for("> 02345");
    user.home.write("go", "\n");
    terminal.wait_for("over");
    let _ = terminal.finish();
    assert_eq!(user.home.read("chosen"), "2345\n");
}

#[test]
fn a_row_that_arrives_late_does_not_take_the_place_of_the_selected_one() {
    let user = User::signed_in(Options { accounts: 1, roles: 1, ..Options::default() });
    // Only the whole text rules out the second row.
    let script = "rm -f pipe; mkfifo pipe go; exec 3<>pipe; printf '1\\ta-d-m-i-n\\n2\\ta-d-m-i-x\\n\\n' >&3
        { read -r _ <go; printf '3\\tadmin\\n' >&3; } & aws-sso-pick <&3 >chosen; echo over";
    let mut terminal = user.home.command("sh").args(["-c", script]).in_terminal();
    terminal.wait_for("2/2");
    terminal.send("admin");
    terminal.wait_for("1/2");
    user.home.write("go", "\n");
    terminal.wait_for("2/3");
    terminal.send("\r");
    terminal.wait_for("over");
    let _ = terminal.finish();
    assert_eq!(user.home.read("chosen"), "1\n");
}

#[test]
fn text_and_enter_in_one_burst_give_the_role_that_the_text_names() {
    let user = remembered(Options { accounts: 40, roles: 4, ..Options::default() });
    for account in user.sandbox.accounts().iter().step_by(8) {
        let mut terminal = user.aws_sso(PICK).in_terminal();
        terminal.wait_for("160/160");
        terminal.send(&format!("{} reader\r", account.id));
        terminal.wait_for(&format!("{} / reader", account.name));
        let output = terminal.finish().success();
        let role = format!("arn:aws:iam::{}:role/reader", account.id);
        assert_eq!(chosen(&output.stdout), Some(role), "{output}");
    }
}

#[test]
fn fzf_waits_for_its_filter_too_and_none_of_the_users_options_change_its_answer() {
    if programs("fzf").next().is_none() {
        return skip("fzf is not installed: picker = fzf is not tested");
    }
    let user = remembered(Options { accounts: 40, roles: 4, ..Options::default() });
    user.home.write(".config/aws-sso/config", "picker = fzf\n");
    // In the variable, and in the file.
    let options = [
        ("", "--print-query\n--tac\n"),
        ("--print-query --expect=enter", "# mine\n--ansi --multi=3"),
        ("--multi --print0 --tac --color=dark", "--read0"),
        ("--filter x", "--exit-0 --select-1"),
        ("--select-1 --bind=enter:abort", "--bind load:first+accept"),
        ("--bind 'change:accept' --color bw", "--color 'light,hl:1' --no-color"),
        ("'unbalanced --print-query", "\\"),
        ("--nth=1 --with-nth=1 -d: --delimiter=x", "--accept-nth=1"),
        ("--header-lines=3 --header x --header-first", "--header-lines 159"),
        ("--bind 'start:accept,focus:down' --bind enter:down+accept", "--bind=zero:abort"),
        ("--preview 'touch PWNED' --bind 'focus:execute-silent(touch PWNED)'", "--preview='touch PWNED'"),
        ("--height 5 --min-height=3 --tmux --border --margin 1", "--popup --style full"),
        ("--sync --no-sort --tac --exact --literal -i +x", "--algo=v1 --scheme=history --tiebreak=end"),
        ("--query zebra -q zebra --disabled --phony", "--history=h --no-input --id-nth=1"),
    ];
    for (account, (options, in_file)) in user.sandbox.accounts().iter().step_by(2).zip(options) {
        user.home.write("fzf-options", in_file);
        let run = user.aws_sso(PICK).env("LC_ALL", "C.UTF-8").env("FZF_DEFAULT_OPTS", options);
        let mut terminal =
            run.env("FZF_DEFAULT_OPTS_FILE", user.home.path("fzf-options").to_str().unwrap()).in_terminal();
        terminal.wait_for("160/160").wait_for("Enter takes · Esc leaves").wait_for("ACCOUNT");
        terminal.send(&format!("{} reader\r", account.id));
        let output = terminal.finish().success();
        let role = format!("arn:aws:iam::{}:role/reader", account.id);
        assert_eq!(chosen(&output.stdout), Some(role), "{options} {in_file} {output}");
        assert!(!user.home.has("PWNED"), "{options}");
    }
}

#[test]
fn a_row_of_fzf_that_its_text_does_not_name_is_not_taken() {
    let Some(fzf) = programs("fzf").next() else {
        return skip("fzf is not installed: picker = fzf is not tested");
    };
    let user = remembered(Options { accounts: 40, roles: 4, ..Options::default() });
    user.home.write(".config/aws-sso/config", "picker = fzf\n");
    let last = &user.sandbox.accounts()[39].id;
    // What was typed before the first row was taken, and whether that row or another one matches it.
    let cases = [("", "first"), ("reader", "first"), (&format!("{last} reader"), "last"), ("zebra", "none")];
    for (typed, matching) in cases {
        let early = format!(
            "#!/bin/sh\ncase $* in *--filter=*|*--version*) exec {} \"$@\" ;; esac\n\
             printf '%s\\n' '{typed}'; grep -m 1 'reader' | tee \"$HOME/row\"; cat >/dev/null\n",
            fzf.display()
        );
        user.home.write("early/fzf", early);
        std::fs::set_permissions(user.home.path("early/fzf"), std::fs::Permissions::from_mode(0o755)).unwrap();
        let path = format!("{}:/usr/bin:/bin", user.home.path("early").display());
        let output = user.aws_sso(PICK).env("PATH", path).in_terminal().finish();
        let id = |role: &String| role.split(':').nth(4).unwrap().to_owned();
        let taken = chosen(&output.stdout).as_ref().map(id);
        match matching {
            "first" => assert!(user.home.read("row").contains(&taken.unwrap()), "{typed} {output}"),
            "last" => assert_eq!(taken.as_ref(), Some(last), "{typed} {output}"),
            _ => drop(output.status(130)),
        }
    }
}
