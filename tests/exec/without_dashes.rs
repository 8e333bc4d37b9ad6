//! The command of `exec` without `--` before it.

use aws_sso::sandbox::Options;

use crate::support::Shell;
use crate::support::user::User;

#[test]
fn the_first_word_after_the_role_begins_the_command_and_what_follows_belongs_to_it() {
    let user = User::signed_in(Options::default());
    let role = user.role(0, 0);
    // What stands behind `exec`, and what the command prints.
    let cases = [
        ("ROLE printf [%s] -l --region x", "[-l][--region][x]"),
        ("ROLE --region eu-west-2 printenv AWS_REGION", "eu-west-2\n"),
        ("--region=eu-west-2 ROLE -p corp printenv AWS_REGION", "eu-west-2\n"),
        ("ROLE printf [%s] -- -x --", "[--][-x][--]"),
        ("ROLE -- printf [%s] -- -x", "[--][-x]"),
        ("ROLE printf [%s] --help -h --version -env -ext -p nobody", "[--help][-h][--version][-env][-ext][-p][nobody]"),
        ("ROLE printf [%s] exec use --shell bash", "[exec][use][--shell][bash]"),
        ("ROLE env printf [%s] A=1", "[A=1]"),
        ("ROLE sh -c printf\t[$0]$1 x -y", "[x]-y"),
    ];
    for (line, printed) in cases {
        let words = line.split(' ').map(|word| word.replace("ROLE", &role));
        let output = user.aws_sso("exec").args(words).run().success();
        assert_eq!(output.stdout, printed, "{line}");
    }
    let many = [
        ("--match ROLE printf [%s] -l --match x", "[-l][--match][x]"),
        ("--match ROLE -j 2 --output lines printf [%s] dir", "[dir]"),
        (
            "--regions eu-west-2 --match=ROLE printf [%s] -- {region}x --regions us-east-1",
            "[--][eu-west-2x][--regions][us-east-1]",
        ),
    ];
    for (line, printed) in many {
        let output = user.aws_sso(&format!("exec {}", line.replace("ROLE", &role))).run().success();
        assert!(output.stdout.ends_with(&format!("| {printed}\n")), "{line}: {output}");
    }
    let folder = user.home.path("tmp/runs");
    let line = format!("exec --match {role} --output dir {} printf x", folder.display());
    let _ = user.aws_sso(&line).run().success();
    assert!(folder.is_dir());
}

#[test]
fn the_picked_roles_and_the_functions_of_shells_take_it_too() {
    let user = User::signed_in(Options::default());
    let _ = user.aws_sso("list").run().success();
    for shell in Shell::all() {
        let script = format!("{}\nawsso exec {} printf '[%s]' -l 'a b'", shell.load(), user.role(0, 0));
        let output = user.script(shell, &script).run().success();
        assert_eq!(output.stdout, "[-l][a b]", "{shell:?}");
    }
    let mut terminal = user.aws_sso("exec --pick printf <%s> --pick").in_terminal();
    terminal.wait_for("reader").send("\r");
    let screen = terminal.finish().status(0).stdout;
    assert!(screen.contains("| <--pick>"), "{screen}");
}

#[test]
fn a_role_in_two_words_or_a_mistyped_command_is_explained_and_nothing_runs() {
    let user = User::signed_in(Options::default());
    user.home.sign_in_config("[profile named]\nrole_arn = arn:aws:iam::111111111111:role/x\n");
    user.home.write(".config/aws-sso/config", "[alias]\nshort = 111111111111/x\nprod = 111111111111\n");
    let part = "if it is a part of ROLE, that is one word: ";
    let cases = [
        ("payments-dev ReadOnly", 127, "ReadOnly: command not found", format!("{part}payments-dev/ReadOnly")),
        ("Data Platform/x ls", 127, "cannot run Platform/x: there is no such file", format!("{part}'Data Platform/x'")),
        ("a/b zqxjkvwq plan", 127, "zqxjkvwq: command not found", "check its name".to_owned()),
        ("a/b A=1 env", 127, "it sets a variable", "run: aws-sso exec a/b -- env A=1 env".to_owned()),
        ("payments-dev ReadOnly -- ls", 2, "ROLE is one word", "exec payments-dev/ReadOnly -- ls".to_owned()),
        ("payments-dev sh -- ls", 2, "ROLE is one word", "run: aws-sso exec payments-dev/sh -- ls".to_owned()),
        ("payments-dev sh -- ls", 2, "sh is the", "command: aws-sso exec payments-dev -- sh -- ls".to_owned()),
        ("111111111111 sh -- ls", 2, "ROLE is one word", "exec 111111111111/sh -- ls".to_owned()),
        ("prod sh -- ls", 2, "ROLE is one word", "exec prod/sh -- ls".to_owned()),
        ("a/b zqxjkvwq run -- --prod", 127, "zqxjkvwq: command not found", "check its name".to_owned()),
        ("a:b zqxjkvwq run -- --prod", 127, "zqxjkvwq: command not found", "check its name".to_owned()),
        ("named zqxjkvwq run -- --prod", 127, "zqxjkvwq: command not found", "check its name".to_owned()),
        ("short zqxjkvwq run -- --prod", 127, "zqxjkvwq: command not found", "check its name".to_owned()),
        ("a/b -l", 2, "unexpected argument", "the command comes last, as in: aws-sso exec ROLE -- aws".to_owned()),
        ("--match x --nonsense ls", 2, "unexpected argument", "the command comes last".to_owned()),
        ("ls --match x", 2, "cannot be used with", "the command comes last".to_owned()),
    ];
    for (line, status, said, remedy) in cases {
        let output = user.aws_sso(&format!("exec {line}")).run().status(status).complains(said).complains(&remedy);
        assert_eq!(output.stderr.contains(part), remedy.contains(part), "{line}: {output}");
    }
}

#[test]
fn a_forgotten_role_or_region_is_named_with_the_line_to_run_and_nothing_runs() {
    let user = User::signed_in(Options::default());
    let _ = user.aws_sso("list").run().success();
    let region = "that is not a region of AWS";
    let cases = [
        ("sh zqxjkvwq ls", "", 2, "sh is no role", "run: aws-sso exec ROLE -- sh zqxjkvwq ls\n"),
        ("--region eu-west-1 sh zqx", "", 2, "sh is no role", "run: aws-sso exec --region eu-west-1 ROLE -- sh zqx\n"),
        ("sh zqxjkvwq ls", "x", 2, "sh is no role", "run: aws-sso exec -- sh zqxjkvwq ls\n"),
        ("env", "", 4, "env is not a role", "run: aws-sso exec ROLE -- env\n"),
        ("payments-dev zqxjkvwq", "", 127, "zqxjkvwq: command not found", "check its name"),
        ("a/b --region show", "", 2, region, "run: aws-sso exec a/b --region REGION -- show\n"),
        ("a/b --region sh x", "", 2, region, "run: aws-sso exec a/b --region REGION -- sh x\n"),
        ("a/b --region sh x", "", 2, region, "if it is the region, run: aws-sso exec a/b --region sh -- x\n"),
        ("--match x --regions sh x", "", 2, region, "run: aws-sso exec --match x --regions REGION -- sh x\n"),
    ];
    for (line, role, status, said, remedy) in cases {
        let run = user.aws_sso(&format!("exec {line}")).env("AWS_SSO_ROLE_ARN", role);
        let _ = run.run().status(status).complains(said).complains(remedy);
    }
    let role = user.role(0, 0);
    let _ = user.aws_sso("discover -p corp").run().success();
    let of_profile = user.aws_sso("exec env").env("AWS_PROFILE", role.replace('/', "-")).run().status(4);
    let _ = of_profile.complains("env is not a role").complains("run: aws-sso exec -- env\n");
    let printed = user.aws_sso(&format!("exec {role} --region local -- printenv AWS_REGION")).run().success().stdout;
    assert_eq!(printed, "local\n");
    let folder = user.home.path("tmp/attached");
    let line = format!("exec --match {role} --output=dir {} printf x", folder.display());
    let _ = user.aws_sso(&line).run().success();
    assert!(folder.is_dir());
    let under_role = user.aws_sso("exec env").env("AWS_SSO_ROLE_ARN", "x").run().status(2);
    let _ = under_role.complains("has a role already: x").complains("run: aws-sso exec -- env\n");
}
