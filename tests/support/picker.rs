//! The picker, in `awsso pick` and alone.

use aws_sso::sandbox::Options;

use super::terminal::Terminal;
use super::user::User;

pub const PICK: &str = "pick --shell bash -p corp";

/// Signed in, with a remembered list.
pub fn remembered(options: Options) -> User {
    let user = User::signed_in(options);
    let _ = user.aws_sso("list -p corp").run().success();
    user.sandbox.clear_log();
    user
}

/// What `pick` prints for the shell when this is the choice.
pub fn chosen(output: &str) -> Option<String> {
    let quoted = output.lines().find_map(|line| line.split_once("export AWS_SSO_ROLE_ARN=")).map(|(_, value)| value)?;
    Some(quoted.trim_matches(['\'', ';']).to_owned())
}

/// The picker alone, with rows from a pipe that stays open, as `aws-sso` keeps it open.
pub fn alone(user: &User, rows: &str, options: &str) -> Terminal {
    user.home.write("rows", rows);
    let script = format!(
        "rm -f pipe; mkfifo pipe; exec 3<>pipe; stty -a >before; cat rows >&3 &
        aws-sso-pick {options} <&3 >chosen; echo $? >status; stty -a >after; echo over"
    );
    user.home.command("sh").args(["-c", &script]).in_terminal()
}
