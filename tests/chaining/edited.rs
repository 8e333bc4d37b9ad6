//! A profile that leads to the same role by another way, while a shell has entered it.

use aws_sso::sandbox::{AssumableRole, Options};

use crate::support::Shell;
use crate::support::user::User;

#[test]
fn a_shell_renews_and_goes_back_with_the_base_that_it_has_entered_and_with_no_other() {
    let user = User::signed_in(Options { assumable: vec![AssumableRole::any()], ..Options::default() });
    let id = user.sandbox.accounts()[1].id.clone();
    let config = |source: &str| {
        user.home.sign_in_config(&format!(
            "[profile one]\ncredential_process = aws-sso process {} -p corp\n\
             [profile other]\ncredential_process = aws-sso process {} -p corp\n\
             [profile hub]\nrole_arn = arn:aws:iam::{id}:role/Hub\nsource_profile = one\n\
             [profile deploy]\nrole_arn = arn:aws:iam::{id}:role/Deploy\nsource_profile = {source}\n",
            user.role(0, 0),
            user.role(0, 1),
        ));
        user.home.read(".aws/config")
    };
    for source in ["other", "hub"] {
        let edited = user.home.write("edited", config(source));
        let _ = config("one");
        let edit = format!("cp {} {}", edited.display(), user.home.path(".aws/config").display());
        let script = format!(
            "awsso use deploy\nawsso refresh\n{edit}\nenv -0 >before\nawsso refresh && echo renewed\n\
             aws-sso exec -- env && echo run\nenv -0 >after\nawsso use one\nawsso - && echo back\nawsso use deploy\n\
             awsso refresh && echo again"
        );
        let output = user.script(Shell::Bash, &script).run().success();
        assert_eq!(output.stdout, "again\n", "{source}: {output}");
        let first = user.role(0, 0);
        let output = output.complains(&format!("was assumed with {first}, and is with"));
        let _ = output.complains("to enter that one, run: awsso use deploy -p corp");
        assert_eq!(user.home.environment("before"), user.home.environment("after"), "{source}");
    }
}
