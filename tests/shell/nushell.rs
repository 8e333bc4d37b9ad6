//! What only Nushell has: a change that is data.

use aws_sso::sandbox::Options;

use crate::support::other_shells::NUSHELL;
use crate::support::user::User;

#[test]
fn an_answer_that_is_not_whole_changes_nothing_and_is_not_shown() {
    let user = User::signed_in(Options::default());
    if !NUSHELL.is_here() {
        return;
    }
    for answer in
        ["{\"AWS_REGION\": \"sesame", "sesame", "{\"AWS_REGION\": \"sesame\"}\nsesame", "{\"AWS_REGION\": sesame}"]
    {
        user.home.write("answer", answer);
        let script = "try { __aws_sso_apply (open --raw answer) } catch {|error| print $error.rendered }
                      print ($env.AWS_REGION? | default none)";
        let output = user.script_in(NUSHELL, script).run().success();
        assert!(output.stdout.contains("is not whole: nothing is changed"), "{answer}: {output}");
        assert!(output.stdout.ends_with("none\n") && !output.to_string().contains("sesame"), "{answer}: {output}");
    }
}

#[test]
fn what_is_known_of_the_prompt_may_be_of_any_type() {
    let user = User::signed_in(Options::default());
    if !NUSHELL.is_here() {
        return;
    }
    let script = "$env.AWS_SSO_EXPIRATION = 5\n$env.AWS_SSO_SESSION_END = [1]\n__aws_sso_hook\n__aws_sso_hook";
    for noticed in ["", "text", "[]"] {
        let run = user.script_in(NUSHELL, script).env("__AWS_SSO_NOTICED", noticed);
        let output = run.run().success();
        assert_eq!(output.stderr.matches("have expired; run: awsso refresh").count(), 1, "{noticed}: {output}");
        assert_eq!(output.stderr.lines().count(), 1, "{noticed}: {output}");
    }
}
