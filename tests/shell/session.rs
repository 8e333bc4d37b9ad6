//! A new user's session, typed at a terminal.

use std::time::Duration;

use aws_sso::sandbox::Options;

use crate::support::Shell;
use crate::support::terminal::type_lines;
use crate::support::user::User;

/// From the line in the start-up file to a role that the AWS CLI shows, and back.
#[test]
fn from_init_to_the_roles_identity_and_back() {
    for shell in Shell::all() {
        let user = User::signed_in(Options::default());
        let Some(_) = user.home.aws_cli(["--version"]) else { return };
        user.home.sign_in_config("[default]\nregion = eu-west-1\n");
        let account = user.sandbox.accounts()[1].clone();
        let roles = [&account.roles[0], &account.roles[1]];
        let load = match shell {
            Shell::Bash => "eval \"$(aws-sso init bash)\"",
            Shell::Zsh => "eval \"$(aws-sso init zsh)\"",
            Shell::Fish => "aws-sso init fish | source",
        };
        // Older versions of the AWS CLI take an endpoint only from this option.
        let identity =
            format!("aws sts get-caller-identity --query Arn --output text --endpoint-url {}", user.sandbox.endpoint());
        let run = user.home.interactive(shell).endpoint(user.sandbox.endpoint());
        let run = run.env("AWS_EC2_METADATA_DISABLED", "true").env("AWS_PAGER", "");
        let mut terminal = run.limit(Duration::from_mins(3)).in_terminal();

        type_lines(&mut terminal, &["env -0 >before", load, shell.status_prompt(), "clear"]);
        terminal.send(&format!("awsso use {}/{}\r", account.name, roles[0]));
        type_lines(&mut terminal, &["clear"]);
        terminal.send(&format!("{identity}\r"));
        let arn = |role: &str| format!(":sts::{}:assumed-role/AWSReservedSSO_{role}_", account.id);
        terminal.wait_for(&arn(roles[0]));

        terminal.send("clear; awsso pick\r");
        terminal.wait_for("16/16");
        terminal.send(&format!("{} {}", account.id, roles[1]));
        terminal.wait_for("  1/16 ").send("\r");
        terminal.wait_for("[0]> ");
        type_lines(&mut terminal, &["clear"]);
        terminal.send(&format!("{identity}\r"));
        terminal.wait_for(&arn(roles[1]));

        type_lines(&mut terminal, &["awsso clear", "env -0 >after", "clear"]);
        terminal.send(&format!("{identity}\r"));
        terminal.wait_for("Unable to locate credentials");
        terminal.send("exit 0\r");
        let _ = terminal.finish().success();
        assert_eq!(user.home.environment("before"), user.home.cleared("after"), "{shell:?}");
    }
}
