//! How the picker looks, and what the mouse does in it.

use std::num::NonZero;

use aws_sso::sandbox::Options;

use crate::support::picker::{PICK, alone, chosen, remembered};
use crate::support::remembered::called;
use crate::support::user::User;
use crate::support::{programs, skip};

const ROWS: &str = "1\t! payments-prod  123456789012  AdministratorAccess\tone\n\
                    2\t  日本語         213456789012  ReadOnlyAccess\ttwo\n\
                    3\t  payments-dev   312456789012  ReadOnlyAccess\tthree\n\n";

#[test]
fn the_selected_row_is_in_reverse_video_and_only_the_settings_bring_colors() {
    let user = User::signed_in(Options::default());
    let colored = "--color=matched:2:bold,current:4:reverse";
    for (options, has_color) in [("", false), (colored, true)] {
        let mut terminal = alone(&user, ROWS, options);
        terminal.wait_for("3/3");
        terminal.send("pay");
        terminal.wait_for("2/3");
        let (selected, other) = (terminal.cell("ments-prod"), terminal.cell("ments-dev"));
        assert!(selected.inverse() && !other.inverse(), "{options}");
        assert!(terminal.cell("payments-dev").underline() && !other.underline(), "{options}");
        assert_eq!(terminal.has_color(), has_color, "{options}");
        terminal.send("\x1b");
        terminal.wait_for("over");
        let _ = terminal.finish();
    }
    // The setting, unless NO_COLOR is set.
    let user = remembered(Options::default());
    user.home.write(".config/aws-sso/config", "picker-color = dark\n");
    for (value, has_color) in [("", true), ("1", false)] {
        let mut terminal = user.aws_sso(PICK).env("NO_COLOR", value).in_terminal();
        terminal.wait_for("16/16");
        assert_eq!(terminal.has_color(), has_color, "NO_COLOR={value}");
        terminal.send("\x1b");
        let _ = terminal.finish().status(130);
    }
    user.home.write(".config/aws-sso/config", "picker-color = solarized\n");
    let _ = user.aws_sso(PICK).run().status(2).complains("config:1").complains("there is no theme solarized");
}

#[test]
fn the_line_above_the_rows_counts_them_and_says_what_the_keys_do() {
    let user = remembered(Options::default());
    let pick_many = "exec --pick -p corp -- true";
    let cases = [
        (PICK, "C.UTF-8", "16/16  Enter takes · Esc leaves · ↑↓ moves"),
        (PICK, "C", "16/16  Enter takes | Esc leaves | Up/Down moves"),
        (pick_many, "C.UTF-8", "16/16  Enter takes · Tab marks · Esc leaves · ↑↓ moves"),
    ];
    for (words, locale, line) in cases {
        let mut terminal = user.aws_sso(words).env("LC_ALL", locale).in_terminal();
        terminal.wait_for(line);
        assert!(!terminal.screen().contains("0/0"));
        if locale == "C" {
            // The rule above the details is skim's own.
            let screen = terminal.screen();
            assert!(screen.lines().filter(|line| !line.starts_with('─')).all(str::is_ascii), "{screen}");
        }
        terminal.resize(NonZero::new(10).unwrap(), NonZero::new(40).unwrap());
        terminal.send("reader");
        // The details say which role it is where its row has no room for that.
        terminal.wait_for("> reader").wait_for("4/16  Enter takes").wait_for(":role/reader");
        assert_eq!(terminal.place("ACCOUNT").0, 2);
        terminal.send("\x1b");
        let _ = terminal.finish().status(130);
    }
}

#[test]
fn on_a_narrow_terminal_the_role_is_whole_and_the_search_still_finds_what_has_no_room() {
    let names = ["acme-corporation-payments-dev", "acme-corporation-payments-prod"];
    let user = remembered(called(&names));
    let id = user.sandbox.accounts()[1].id.clone();
    for picker in ["skim", "fzf"] {
        if picker == "fzf" && programs("fzf").next().is_none() {
            skip("fzf is not installed: picker = fzf is not tested");
            continue;
        }
        user.home.write(".config/aws-sso/config", format!("picker = {picker}\n"));
        let mut terminal = user.aws_sso(PICK).in_window(NonZero::new(10).unwrap(), NonZero::new(40).unwrap());
        let row = "! acme-corporat…  AdministratorAccess";
        terminal.wait_for("8/8").wait_for(row).wait_for("ACCOUNT         ROLE");
        let screen = terminal.screen();
        let row = screen.lines().find(|line| line.contains(row)).unwrap();
        assert!(!row.contains(|c: char| c.is_ascii_digit()), "{screen}");
        for (typed, count) in [(format!("{id} Administrator"), "1/8"), ("\x15payments-prod".to_owned(), "4/8")] {
            terminal.send(&typed);
            terminal.wait_for(count);
        }
        terminal.send("\x03");
        let _ = terminal.finish().status(130);
    }
}

#[test]
fn the_columns_are_laid_out_again_where_the_window_changes_its_size() {
    let names = ["acme-corporation-payments-dev", "acme-corporation-payments-prod"];
    let user = remembered(called(&names));
    let id = user.sandbox.accounts()[1].id.clone();
    let mut terminal = user.aws_sso(PICK).in_terminal();
    let wide = format!("! {}   {}  AdministratorAccess", names[0], user.sandbox.accounts()[0].id);
    let narrow = "! acme-corporat…  AdministratorAccess";
    terminal.wait_for("8/8").wait_for(&wide).wait_for("ACCOUNT                         ID            ROLE");
    for _ in 0..2 {
        terminal.resize(NonZero::new(10).unwrap(), NonZero::new(40).unwrap());
        terminal.wait_for(narrow).wait_for("ACCOUNT         ROLE");
        // The search and its marks go with the columns.
        terminal.send(&format!("{id} Administrator"));
        terminal.wait_for("1/8").wait_for("1/8  Enter takes");
        assert!(terminal.cell("AdministratorAccess").underline(), "{}", terminal.screen());
        terminal.resize(NonZero::new(50).unwrap(), NonZero::new(200).unwrap());
        terminal.wait_for(&format!("{}  {id}  AdministratorAccess", names[1]));
        let is_underlined = |screen: &vt100::Screen| {
            let lines: Vec<_> = screen.rows(0, 200).collect();
            let line = lines.iter().position(|line| line.contains(&id) && line.contains(names[1]));
            let cell =
                |line: usize| screen.cell(u16::try_from(line).unwrap(), u16::try_from(lines[line].find(&id)?).unwrap());
            line.and_then(cell).is_some_and(vt100::Cell::underline)
        };
        assert!(terminal.wait_until(is_underlined), "{}", terminal.screen());
        terminal.send("\x15");
        terminal.wait_for("8/8").wait_for(&wide);
    }
    terminal.send("\x03");
    let _ = terminal.finish().status(130);
}

#[test]
fn where_no_row_matches_no_role_is_described() {
    let user = remembered(called(&["payments-dev", "payments-prod"]));
    let role = format!("arn:aws:iam::{}:role/reader", user.sandbox.accounts()[1].id);
    let mut terminal = user.aws_sso(PICK).in_terminal();
    terminal.wait_for("8/8").send("prod reader");
    terminal.wait_for("  1/8 ").wait_for(&role).send("x");
    terminal.wait_for("  0/8 ");
    assert!(!terminal.screen().contains("arn:aws:iam"), "{}", terminal.screen());
    // The same row is described again.
    terminal.send("\x7f");
    terminal.wait_for("  1/8 ").wait_for(&role).send("\x1b");
    let _ = terminal.finish().status(130);
}

#[test]
fn in_a_low_window_a_role_is_seen_and_taken_and_without_room_for_a_list_there_are_numbers() {
    let user = remembered(called(&["payments-dev", "payments-prod"]));
    let role = format!("arn:aws:iam::{}:role/reader", user.sandbox.accounts()[1].id);
    for lines in [3, 4, 5, 6, 7, 8] {
        let mut terminal = user.aws_sso(PICK).in_window(NonZero::new(lines).unwrap(), NonZero::new(90).unwrap());
        terminal.wait_for("payments-dev").send("prod reader");
        terminal.wait_for("> prod reader").wait_for("payments-prod  ");
        assert_eq!(terminal.screen().contains("ACCOUNT"), lines > 3, "{lines}: {}", terminal.screen());
        assert_eq!(terminal.screen().contains("Enter takes"), lines > 4, "{lines}: {}", terminal.screen());
        terminal.send("\r");
        assert_eq!(chosen(&terminal.transcript()).as_ref(), Some(&role), "{lines}");
    }
    for lines in [1, 2] {
        let mut terminal = user.aws_sso(PICK).in_window(NonZero::new(lines).unwrap(), NonZero::new(90).unwrap());
        terminal.wait_for("Choose the role").send("prod reader\r");
        assert_eq!(chosen(&terminal.transcript()).as_ref(), Some(&role), "{lines}");
    }
    // A window may also become as low.
    let mut terminal = user.aws_sso(PICK).in_terminal();
    terminal.wait_for("8/8").wait_for("ACCOUNT");
    for (lines, first) in [(3, 1), (4, 2), (2, 1), (5, 3), (1, 0), (50, 3)] {
        terminal.resize(NonZero::new(lines).unwrap(), NonZero::new(90).unwrap());
        let is_there = |screen: &vt100::Screen| {
            screen.rows(0, 90).nth(first).is_some_and(|line| line.contains("payments-") || first == 0)
        };
        assert!(terminal.wait_until(is_there), "{lines}: {}", terminal.screen());
    }
    terminal.send("\x03");
    let _ = terminal.finish().status(130);
}

#[test]
fn the_rows_have_the_order_of_the_verb_list() {
    let user = remembered(called(&["Zeta", "beta", "alpha"]));
    let listed = user.aws_sso("list -p corp --json").run().success();
    let roles: Vec<serde_json::Value> = serde_json::from_str(&listed.stdout).unwrap();
    assert_eq!(roles.len(), 12);
    let mut terminal = user.aws_sso(PICK).in_terminal();
    terminal.wait_for("12/12");
    let row_of = |role: &serde_json::Value| {
        let [name, id, role] = ["accountName", "accountId", "roleName"].map(|field| role[field].as_str().unwrap());
        let screen = terminal.screen();
        let has_role = |line: &str| line.contains(name) && line.contains(&format!("{id}  {role}"));
        screen.lines().position(has_role).unwrap_or_else(|| panic!("{id}/{role} {screen}"))
    };
    assert!(roles.iter().map(row_of).is_sorted(), "{listed} {}", terminal.screen());
    terminal.send("\x1b");
    let _ = terminal.finish().status(130);
}

#[test]
fn roles_of_administrators_have_a_mark_which_the_search_does_not_see() {
    let user = remembered(Options::default());
    let ids: Vec<_> = user.sandbox.accounts().into_iter().map(|account| account.id).collect();
    for picker in ["skim", "fzf", "number"] {
        if picker == "fzf" && programs("fzf").next().is_none() {
            skip("fzf is not installed: picker = fzf is not tested");
            continue;
        }
        user.home.write(".config/aws-sso/config", format!("picker = {picker}\n"));
        let mut terminal = user.aws_sso(PICK).in_terminal();
        terminal.wait_for(if picker == "number" { "Choose the role" } else { "16/16" });
        let is_row = |line: &&str| !line.contains(":role/") && ids.iter().any(|id| line.contains(id));
        // fzf counts rows before it draws them.
        let has_all = terminal.wait_until(|screen| screen.contents().lines().filter(is_row).count() == 16);
        let screen = terminal.screen();
        assert!(has_all, "{picker} {screen}");
        for row in screen.lines().filter(is_row) {
            assert_eq!(row.contains(" ! "), row.contains("AdministratorAccess"), "{picker}: {row:?}");
        }
        if picker == "skim" {
            // Roles of administrators whose rows have no `!`.
            terminal.wait_for("a role of administrators, by its name").send("!! administrator");
            terminal.wait_for("4/16").send("\x15zebra");
            terminal.wait_for("0/16");
            // No row, so nothing to take.
            terminal.send("\r\x15");
            terminal.wait_for("16/16");
        }
        terminal.send("\x03");
        let _ = terminal.finish().status(130);
    }
}

#[test]
fn a_generated_profile_is_neither_shown_nor_searched_and_a_chosen_one_is_both() {
    let user = remembered(Options::default());
    let _ = user.aws_sso("discover -p corp --name team-{role}-{account_id} --quiet").run().success();
    let mut terminal = user.aws_sso(PICK).in_terminal();
    terminal.wait_for("16/16");
    let screen = terminal.screen();
    assert!(!screen.contains("PROFILE") && !screen.contains("team-"), "{screen}");
    terminal.send("'team");
    terminal.wait_for("0/16").send("\x1b");
    let _ = terminal.finish().status(130);

    let account = &user.sandbox.accounts()[1];
    let mine =
        format!("[profile nightly]\nsso_session = corp\nsso_account_id = {}\nsso_role_name = reader\n", account.id);
    user.home.write(".aws/config", user.home.read(".aws/config") + &mine);
    let mut terminal = user.aws_sso(PICK).in_terminal();
    terminal.wait_for("PROFILE").wait_for("nightly");
    let (row, column) = terminal.place("nightly");
    assert_eq!((row, column), (terminal.place(&format!("{}  reader", account.id)).0, terminal.place("PROFILE").1));
    terminal.send("nightly");
    terminal.wait_for("1/16").send("\r");
    let role = format!("arn:aws:iam::{}:role/reader", account.id);
    assert_eq!(chosen(&terminal.finish().success().stdout), Some(role));
}

#[test]
fn digits_match_as_a_block_and_wide_names_are_aligned() {
    let user = User::signed_in(Options::default());
    let mut terminal = alone(&user, ROWS, "--margin=2");
    terminal.wait_for("3/3");
    terminal.send("2134");
    terminal.wait_for("> 2134").wait_for("1/3");
    terminal.send("\x151357");
    terminal.wait_for("0/3");
    terminal.send("\x15");
    terminal.wait_for("3/3");
    assert_eq!(terminal.place("213456789012").1, terminal.place("123456789012").1);
    terminal.send("\x1b");
    terminal.wait_for("over");
    let _ = terminal.finish();
}

/// A click of the left button, or a turn of the wheel, as a terminal reports it.
fn mouse(button: u8, (row, column): (u16, u16)) -> String {
    let (row, column) = (row + 1, column + 1);
    let pressed = format!("\x1b[<{button};{column};{row}M");
    // Of the wheel there is no release.
    if button < 64 { format!("{pressed}\x1b[<{button};{column};{row}m") } else { pressed }
}

#[test]
fn a_click_selects_a_row_a_second_one_takes_it_and_the_wheel_moves() {
    const LEFT: u8 = 0;
    const WHEEL_DOWN: u8 = 65;
    let user = User::signed_in(Options::default());
    let mut terminal = alone(&user, ROWS, "");
    terminal.wait_for("3/3").wait_for("one");
    assert!(terminal.reports_mouse());
    let third = terminal.place("payments-dev");
    // The mouse is ignored while rows may move, and two clicks within a second are not the two of a double click.
    terminal.send_until(&mouse(WHEEL_DOWN, third), "two");
    terminal.send_until(&mouse(LEFT, third), "three");
    // Two clicks on the details, or on two rows, take none.
    let details = terminal.place("three");
    let first = terminal.place("payments-prod");
    terminal.send(&mouse(LEFT, details).repeat(2));
    terminal.send_until(&mouse(LEFT, first), "one");
    terminal.send_until(&mouse(LEFT, third), "three");
    terminal.send_until(&mouse(LEFT, third).repeat(2), "over");
    assert!(!terminal.reports_mouse());
    let _ = terminal.finish();
    assert_eq!(user.home.read("chosen"), "3\n");
}
