//! What only xonsh has: threads, captured output, exceptions, variables with types.

use aws_sso::sandbox::Options;

use crate::support::other_shells::XONSH;
use crate::support::user::User;

#[test]
fn a_line_with_the_alias_runs_as_with_any_program() {
    let user = User::signed_in(Options::default());
    if !XONSH.is_here() {
        return;
    }
    let role = user.role_arn(0);
    let script = format!(
        "awsso use {role} --region us-west-2 | cat
awsso region | tr a-z A-Z
region = $(awsso region)
print(region.strip(), repr($AWS_ACCOUNT_ID), repr($AWS_SSO_EXPIRATION)[0])
print(!(awsso region eu-north-1).rtn, !(awsso use nowhere).rtn, ![awsso exec nowhere -- true].rtn)
lines = !(awsso list --csv).out
print(len(lines) > 500, flush=True)
awsso region > region
cat region
printf piped | awsso exec {role} -- cat
awsso use nowhere 2> said || echo no
awsso exec {role} -- sh -c 'exit 7' || echo no
$RAISE_SUBPROC_ERROR = True
for line in ('use nowhere', 'exec nowhere -- true'):
    try:
        awsso @(line.split())
    except Exception as error:
        print(error.returncode)
"
    );
    let output = user.script_in(XONSH, &script).run().success();
    let id = &user.sandbox.accounts()[0].id;
    let expected = format!("US-WEST-2\nus-west-2 '{id}' '\n0 4 4\nTrue\neu-north-1\npipedno\nno\n4\n4\n");
    assert_eq!(output.stdout, expected, "{output}");
    assert!(user.home.read("said").contains("nowhere is not a role"), "{output}");
}

#[test]
fn loading_it_twice_leaves_no_name_behind_and_one_handler_of_each_event() {
    let user = User::signed_in(Options::default());
    if !XONSH.is_here() {
        return;
    }
    let load = XONSH.load(&user.home, "--key ^G");
    let script = format!(
        "before = set(dir()) | {{'before', '__warningregistry__'}}\n{load}\n{load}\n\
         print(sorted(set(dir()) - before))\n\
         print(len(events.on_pre_prompt), len(getattr(events, 'on_pre_spec_run_aws-sso')))\n"
    );
    let output = XONSH.script(&user.home, &script).run().success();
    assert_eq!(output.stdout, "[]\n1 1\n", "{output}");
}

/// xonsh would give the variable back its value after the command.
#[test]
fn a_variable_of_one_command_alone_is_not_changed() {
    let user = User::signed_in(Options::default());
    if !XONSH.is_here() {
        return;
    }
    let script = format!(
        "from xonsh.procs.specs import run_subproc\n\
         run_subproc([['awsso', 'use', '{}']], captured='hiddenobject', envs=[{{'AWS_PROFILE': 'mine'}}])\n\
         print('AWS_ACCOUNT_ID' in ${{...}})\n",
        user.role_arn(0)
    );
    let output = user.script_in(XONSH, &script).run().success().complains("AWS_PROFILE belongs to this command alone");
    assert_eq!(output.stdout, "False\n");
}

/// What ran in the background would have changed nothing, without a word.
#[test]
fn a_change_in_the_background_is_refused_in_one_line() {
    let user = User::signed_in(Options::default());
    if !XONSH.is_here() {
        return;
    }
    let role = user.role_arn(0);
    let script = format!(
        "awsso use {role} &\nsleep 1\nprint(__xonsh__.env.get('AWS_SSO_ROLE_ARN'), flush=True)\n\
         awsso use {role} -q\nprint($AWS_SSO_ROLE_ARN)\n"
    );
    let output = user.script_in(XONSH, &script).run().success();
    assert_eq!(output.stdout, format!("None\n{role}\n"), "{output}");
    let said = "aws-sso: in the background no verb changes this shell: leave out the &\n";
    assert_eq!(output.stderr, said, "{output}");
}
