//! The bar that shows how far a fetch has got: it is gone before anything else is on the screen.

use std::time::Duration;

use aws_sso::sandbox::{Approval, Options};

use crate::support::terminal::Terminal;
use crate::support::user::User;

/// What only the bar shows.
const BAR: &str = "/s, ";

/// A fetch of so many accounts that the bar is shown for a while.
fn slow(options: Options) -> User {
    User::signed_in(Options { accounts: 400, roles: 2, ..options })
}

/// A terminal in which the bar is shown: from now on the service takes its time.
fn with_bar(user: &User, line: &str) -> Terminal {
    user.sandbox.update(|options| options.latency = Duration::from_millis(200));
    let mut terminal = user.aws_sso(line).in_terminal();
    terminal.wait_for(BAR);
    terminal
}

#[test]
fn a_signal_that_ends_the_fetch_takes_the_bar_along() {
    let user = slow(Options::default());
    for line in ["list -p corp", "discover -p corp"] {
        let mut terminal = with_bar(&user, line);
        terminal.send("\x03");
        let output = terminal.finish().status(130);
        assert!(!output.stdout.contains(BAR), "{line}: {output}");
        for signal in ["INT", "TERM", "HUP"] {
            let terminal = with_bar(&user, line);
            terminal.signal(signal);
            let output = terminal.finish();
            assert!(!output.exit.success() && !output.stdout.contains(BAR), "{line} {signal}: {output}");
        }
    }
}

#[test]
fn logs_stand_above_the_bar_and_leave_nothing_of_it() {
    let user = slow(Options::default());
    let terminal = with_bar(&user, "-v list -p corp");
    user.sandbox.update(|options| options.latency = Duration::ZERO);
    let output = terminal.finish().success();
    assert!(!output.stdout.contains(BAR), "{output}");
}

/// The sign-in that the fetch asks for is alone on the screen while it waits.
#[test]
fn a_sign_in_takes_the_bar_off_the_screen() {
    let user = slow(Options::default());
    let mut terminal = with_bar(&user, "list -p corp");
    user.sandbox.update(|options| options.approval = Approval::ByPage);
    user.sandbox.revoke_sessions();
    terminal.wait_for("waiting 10 minutes");
    assert!(!terminal.screen().contains(BAR), "{}", terminal.screen());
    terminal.send("\x03");
    let output = terminal.finish().status(130);
    assert!(!output.stdout.contains(BAR), "{output}");
}

#[test]
fn the_bar_counts_nothing_before_the_number_of_accounts_is_known() {
    let user = slow(Options::default());
    let terminal = with_bar(&user, "list -p corp");
    user.sandbox.update(|options| options.latency = Duration::ZERO);
    let written = terminal.transcript();
    assert!(!written.contains(" of 0 accounts") && !written.contains(",  roles"), "{written:?}");
}

#[test]
fn a_dumb_terminal_gets_lines_in_place_of_a_bar() {
    let user = slow(Options::default());
    let script = "TERM=dumb exec aws-sso discover -p corp";
    let run = user.home.command("sh").args(["-c", script]).endpoint(user.sandbox.endpoint());
    let output = run.in_terminal().finish().success();
    let _ = output.prints("aws-sso: 100 of ").prints("updated: ");
}
