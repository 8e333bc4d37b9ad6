//! `setup`: from a start URL to the first role.

mod answers;
mod powershell_profiles;
mod repairs;
mod start_up_files;

use std::path::Path;

use aws_sso::sandbox::Options;

use crate::support::newcomer::{Newcomer, Typist, session};
use crate::support::{AWS_SSO, Home, Invocation, Shell};

/// A shell in which nothing is set up, and where `aws` is the AWS CLI v2, through the sandbox's proxy.
fn bare_shell(user: &Newcomer, shell: Shell, aws_cli: &Path) -> Invocation {
    user.home.write("bin/aws", format!("#!/bin/sh\nexec '{}' \"$@\"\n", aws_cli.display()));
    let set_mode = ["+x".into(), user.home.path("bin/aws")];
    let _ = user.home.command("/bin/chmod").args(set_mode).run().success();
    let own = Path::new(AWS_SSO).parent().unwrap().display().to_string();
    let path = format!("{own}:{}:/usr/local/bin:/usr/bin:/bin", user.home.path("bin").display());
    user.home.interactive(shell).env("PATH", path).env("AWS_PAGER", "").through_proxy(&user.sandbox)
}

fn start_up_file(shell: Shell) -> &'static str {
    match shell {
        Shell::Bash => "~/.bashrc",
        Shell::Zsh => "~/.zshrc",
        Shell::Fish => "~/.config/fish/config.fish",
    }
}

#[test]
fn from_an_empty_home_to_the_callers_identity_takes_one_command_and_at_most_three_answers() {
    let Some(aws_cli) = Home::new().aws_cli([""; 0]) else { return };
    let aws_cli = aws_cli.command().get_program().to_owned();
    for shell in Shell::all() {
        for discovers in [true, false] {
            let user = Newcomer::with(Options { tls: true, ..Options::default() });
            let mut person = Typist::at(bare_shell(&user, shell, Path::new(&aws_cli)));
            person.press("aws-sso setup d-abc123\r");
            // No display: a code is shown, which the sandbox confirms.
            person.answer("A number, or another Region [1]: ", "3\r");
            person.answer("Write these profiles to ~/.aws/config? [Y/n] ", if discovers { "\r" } else { "n\r" });
            person.answer("Add these lines? [Y/n] ", "\r");
            let file = start_up_file(shell);
            person.terminal.wait_for(&format!("in a new shell, or after: source {file}"));
            person.terminal.wait_for("aws-sso console ");

            assert!(person.answers <= 3);
            assert_eq!(person.keys, "aws-sso setup d-abc123\r3\r\r\r".len() + usize::from(!discovers));

            let caller = person.proposed(if discovers { "aws sts " } else { "aws-sso exec " });
            let enter = person.proposed("awsso use ");
            let role = "assumed-role/AWSReservedSSO_ReadOnlyAccess_";
            person.terminal.send("clear\r");
            person.line(&caller, role);
            person.terminal.send("clear\r");
            person.line(&format!("source {file}"), "source");
            person.line(&enter, "awsso use");
            person.line("aws sts get-caller-identity", role);
            person.terminal.send(" exit 0\r");
            let _ = person.terminal.finish();

            let config = user.home.read(".aws/config");
            assert!(config.starts_with(&session().replace("corp", "sso")), "{config}");
            assert_eq!(config.contains("[profile payments-dev-ReadOnlyAccess]"), discovers, "{config}");
        }
    }
}
