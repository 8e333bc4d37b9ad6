//! `init --key`: a key that picks a role while a command is being typed.

use aws_sso::sandbox::Options;

use crate::support::picker::remembered;
use crate::support::powershell::pwsh;
use crate::support::terminal::{Terminal, type_lines};
use crate::support::user::User;
use crate::support::{Home, Invocation, Shell};

/// Presses the key in the middle of a line: once to choose a role, and once to leave. The prompt shows the role.
/// `left` is what stands on the screen after that.
fn press(user: &User, terminal: &mut Terminal, key: &str, left: &str) {
    let account = &user.sandbox.accounts()[1];
    terminal.wait_for("[none]> ");
    terminal.send("echo one-two\x1b[D\x1b[D");
    terminal.wait_for("[none]> echo one-two");
    terminal.send(key);
    terminal.wait_for("16/16");
    terminal.send(&format!("{} reader\r", account.id));
    // The line is in the new prompt, with the cursor where it was.
    terminal.wait_for("[reader]> echo one-two");
    terminal.send("-\r");
    terminal.wait_for("\none-t-wo\n").send("echo three");
    terminal.wait_for("[reader]> echo three");
    terminal.send(key);
    terminal.wait_for("16/16");
    terminal.send("\x1b");
    terminal.wait_for(left);
    terminal.send("-four\r");
    terminal.wait_for("[reader]> echo three-four\nthree-four\n");
}

#[test]
fn a_key_picks_a_role_for_this_shell_and_the_line_stays_as_it_is() {
    // The key as it is written, and as a terminal sends it.
    let keys = [("^G", "\x07"), ("alt-a", "\x1ba")];
    let modes = |shell| match shell {
        Shell::Bash => ["set -o emacs", "set -o vi"],
        Shell::Zsh => ["bindkey -e", "bindkey -v"],
        Shell::Fish => ["fish_default_key_bindings", "set -g fish_key_bindings fish_vi_key_bindings"],
    };
    let prompt = |shell| match shell {
        Shell::Bash => "PS1='[${AWS_SSO_ROLE_NAME-none}]> '",
        Shell::Zsh => "setopt promptsubst; PROMPT='[${AWS_SSO_ROLE_NAME-none}]> '",
        Shell::Fish => {
            "function fish_mode_prompt; end; function fish_prompt; set -q AWS_SSO_ROLE_NAME; \
             and echo -n \"[$AWS_SSO_ROLE_NAME]> \"; or echo -n '[none]> '; end"
        }
    };
    let user = remembered(Options::default());
    for shell in Shell::all() {
        for ((written, sent), mode) in keys.into_iter().zip(modes(shell)) {
            let run = user.home.interactive(shell).endpoint(user.sandbox.endpoint());
            // fish loses what is typed while a command changes its bindings.
            let (run, mode) = if shell == Shell::Fish { (run.args(["-C", mode]), ":") } else { (run, mode) };
            let mut terminal = run.in_terminal();
            let load = shell.load_with(&format!("--key '{written}'"));
            type_lines(&mut terminal, &[mode, &load, prompt(shell), "clear"]);
            press(&user, &mut terminal, sent, "no role was chosen\n[reader]> echo three");
            terminal.send("exit\r");
            let _ = terminal.finish();
        }
    }
}

/// Versions before 4 cannot put the line aside: there it stays, and the next prompt shows the role.
#[test]
fn an_older_bash_does_not_run_the_line_that_is_being_typed() {
    if !Shell::Bash.is_here() {
        return;
    }
    let user = remembered(Options::default());
    let code = user.home.aws_sso(["init", "bash", "--key", "^G"]).run().success().stdout;
    user.home.write("code", code.replace("BASH_VERSINFO[0] >= 4", "0").replace("READLINE_", "UNKNOWN_"));
    let mut terminal = user.home.interactive(Shell::Bash).endpoint(user.sandbox.endpoint()).in_terminal();
    type_lines(&mut terminal, &["source code", "PS1='[${AWS_SSO_ROLE_NAME-none}]> '", "clear"]);
    terminal.wait_for("[none]> ");
    terminal.send("echo one-two\x07");
    terminal.wait_for("16/16");
    terminal.send(&format!("{} reader\r", user.sandbox.accounts()[1].id));
    terminal.wait_for(" reader · ");
    terminal.send("-three\r");
    terminal.wait_for("\none-two-three\n[reader]> ").send("exit\r");
    let _ = terminal.finish();
}

#[test]
fn a_key_picks_a_role_in_powershell() {
    let Some(pwsh) = pwsh() else { return };
    let user = remembered(Options::default());
    let script = "aws-sso init powershell --key ctrl-g | Out-String | Invoke-Expression
        $global:prompts = 0
        function prompt {
            $role = if ($env:AWS_SSO_ROLE_NAME) { $env:AWS_SSO_ROLE_NAME } else { 'none' }
            $global:prompts++
            \"$($global:prompts)[$role]> \"
        }";
    let run: Invocation = user.home.pwsh(&pwsh).args(["-NoProfile", "-NoExit", "-Command", script]);
    let mut terminal = run.endpoint(user.sandbox.endpoint()).in_terminal();
    terminal.wait_for("[none]> ");
    // The prompt that is drawn after the choice that is left: the fifth.
    press(&user, &mut terminal, "\x07", "5[reader]> echo three");
    terminal.send("exit\r");
    let _ = terminal.finish();
}

#[test]
fn what_is_no_key_is_wrong_usage_which_says_how_keys_are_written() {
    for key in ["F1", "^C", "g", ""] {
        let output = Home::new().aws_sso(["init", "bash", "--key", key]).run().status(2);
        assert_eq!(output.stdout, "");
        let _ = output.complains("ctrl-g");
    }
}
