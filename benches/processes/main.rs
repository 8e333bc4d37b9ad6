//! Times whole processes: `cargo bench`. `-- --markdown` prints the tables of `benches/README.md`.

#![allow(clippy::disallowed_methods, reason = "programs are started as a user starts them")]
#![allow(clippy::unwrap_used, reason = "a bench that fails stops")]
#![allow(unreachable_pub, reason = "a program has no API")]

mod programs;
mod race;
mod stage;
mod table;

#[path = "../../tests/support/mod.rs"]
mod support;

use programs::Programs;
use race::{Contender, Goal, Race};
use stage::{NOWHERE, Stage};
use support::Shell;

fn main() {
    let markdown = std::env::args().any(|argument| argument == "--markdown");
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let programs = Programs::build();
    let few = Stage::new(20, &programs);
    let many = Stage::with_caches_of(50_000, &few);
    // Runs without cached credentials delete the cache, so they have a home of their own.
    let emptied = Stage::with_caches_of(20, &few);
    let chained = Stage::with_caches_of(20, &few).with_chains(&programs);
    let organisation = Stage::of_an_organisation(&programs);
    let thousand = Stage::of_a_thousand_accounts(&programs);

    let races = [
        warm(&programs, &few),
        large_config(&programs, &many),
        cold(&programs, &emptied),
        chains(&programs, &chained),
        crowd(&programs, &few, &emptied),
        others(&programs, &few, &emptied),
        init(&programs, &few),
        entering(&programs, &few),
        powershell(&programs, &few),
        whoami(&programs, &few),
        roles(&programs, &few, &organisation),
        thousand_roles(&programs, &thousand),
    ];
    let results: Vec<_> = races
        .into_iter()
        .filter(|race| race.title.contains(&only))
        .map(|race| {
            eprintln!("measuring: {}", race.title);
            race.run()
        })
        .collect();
    print!("{}", table::render(&results, &programs::versions(&few.home), markdown));
}

/// The credentials are cached: this is what every AWS program waits for that uses a profile.
fn warm(programs: &Programs, stage: &Stage) -> Race {
    let config = stage.home.path(".aws/config");
    let read = |program| stage.reference(program).map(|run| run.arg(&config));
    Race::new("warm `-ext`, 20 profiles", 400)
        .add(Contender::plain("/bin/true", Ok(stage.home.command("/bin/true"))))
        .add(Contender::plain("hello world in Rust, dynamic", stage.reference(&programs.hello)))
        .add(Contender::plain("hello world in Rust, static", stage.reference(&programs.hello_static)))
        .add(Contender::plain("a program that reads the config, dynamic", read(&programs.read_file)))
        .add(Contender::plain("a program that reads the config, static", read(&programs.read_file_static)))
        .add(
            Contender::answering("aws-sso, dynamic", stage.process(&programs.aws_sso))
                .judged("hello world in Rust, dynamic", Goal::AtMost(1.4)),
        )
        .add(
            Contender::answering("aws-sso, static", stage.process(&programs.aws_sso_static))
                .judged("/bin/true", Goal::AtMost(0.4)),
        )
}

/// The same with 50,000 profiles, which discovery can create.
fn large_config(programs: &Programs, stage: &Stage) -> Race {
    let config = stage.home.path(".aws/config");
    let read = |program| stage.reference(program).map(|run| run.arg(&config));
    Race::new("warm `-ext`, 50,000 profiles", 60)
        .add(Contender::plain("a program that reads the config, dynamic", read(&programs.read_file)))
        .add(Contender::plain("a program that reads the config, static", read(&programs.read_file_static)))
        .add(
            Contender::answering("aws-sso, dynamic", stage.process(&programs.aws_sso))
                .judged("a program that reads the config, dynamic", Goal::AtMost(1.5)),
        )
        .add(
            Contender::answering("aws-sso, static", stage.process(&programs.aws_sso_static))
                .judged("a program that reads the config, static", Goal::AtMost(1.5)),
        )
}

/// No credentials are cached: one request to the service on loopback.
fn cold(programs: &Programs, stage: &Stage) -> Race {
    let mut race = Race::new("cold `-ext`, 20 profiles", 60);
    for (scheme, secure) in [("http", false), ("https", true)] {
        let curl = format!("curl, {scheme}");
        race = race.add(Contender::answering(&curl, stage.curl(secure)));
        for (kind, program) in [("dynamic", &programs.aws_sso), ("static", &programs.aws_sso_static)] {
            let run = stage.process(program).map(|run| stage.at_service(run, secure));
            race = race.add(
                Contender::answering(&format!("aws-sso, {kind}, {scheme}"), run)
                    .without(stage.role_cache())
                    .judged(&curl, Goal::AtMost(0.5)),
            );
        }
    }
    race
}

/// Roles on top of one of Identity Center, with nothing cached: one request for each, and one for the first.
fn chains(programs: &Programs, stage: &Stage) -> Race {
    let mut race = Race::new("cold chains, 20 profiles", 60);
    for (scheme, secure) in [("http", false), ("https", true)] {
        let curls = format!("two curl, {scheme}");
        race = race.add(Contender::answering(&curls, stage.curl_sts(secure)).then(stage.curl_sts(secure), 1));
        for (hops, profile) in [("one AssumeRole", "hub"), ("two AssumeRole", "end")] {
            let run = stage.chain(&programs.aws_sso, profile, secure);
            race = race.add(
                Contender::answering(&format!("aws-sso, {hops}, {scheme}"), run)
                    .without(stage.role_cache())
                    .judged(&curls, Goal::AtMost(1.1)),
            );
        }
    }
    race
}

/// A hundred at once, as Terraform starts them: one sends a request, and the others take little more than their start.
fn crowd(programs: &Programs, hits: &Stage, misses: &Stage) -> Race {
    let mut race = Race::new("a hundred `-ext` at once, cold", 20);
    for (kind, program) in [("dynamic", &programs.aws_sso), ("static", &programs.aws_sso_static)] {
        let miss = || misses.process(program).map(|run| misses.at_service(run, true));
        let single = format!("one aws-sso, {kind}, cold, then 100 that have a hit");
        race = race
            .add(Contender::answering(&single, miss()).then(hits.process(program), 100).without(misses.role_cache()))
            .add(
                Contender::answering(&format!("100 × aws-sso, {kind}, cold"), miss())
                    .crowd(100)
                    .without(misses.role_cache())
                    .judged(&single, Goal::AtMost(1.5)),
            );
    }
    race
}

/// Other tools. The original one caches no credentials, so each of its runs sends requests.
fn others(programs: &Programs, hits: &Stage, misses: &Stage) -> Race {
    let ours = |secure| misses.process(&programs.aws_sso).map(|run| misses.at_service(run, secure));
    Race::new("the original and the AWS CLI", 10)
        .add(Contender::answering("aws-sso, hit", hits.process(&programs.aws_sso)))
        .add(
            Contender::answering("`aws configure export-credentials`, hit", hits.aws_cli())
                .judged("aws-sso, hit", Goal::AtLeast(100.0)),
        )
        .add(
            Contender::answering("the original, which has no hits", hits.original())
                .judged("aws-sso, hit", Goal::AtLeast(100.0)),
        )
        .add(Contender::answering("aws-sso, miss, http", ours(false)).without(misses.role_cache()))
        .add(Contender::answering("the original", hits.original()).judged("aws-sso, miss, http", Goal::AtLeast(50.0)))
        .add(Contender::answering("aws-sso, miss, https", ours(true)).without(misses.role_cache()))
        .add(
            Contender::answering("`aws configure export-credentials`, miss", misses.aws_cli())
                .without(misses.role_cache())
                .judged("aws-sso, miss, https", Goal::AtLeast(50.0)),
        )
}

/// What the line in a start-up file adds to the start of a shell, beyond starting the program.
fn init(programs: &Programs, stage: &Stage) -> Race {
    let mut race = Race::new("loading `init` in an interactive shell", 200);
    for shell in Shell::all() {
        let name = shell.name();
        let run = |line: String| Ok(stage.home.interactive(shell).args(["-c", &line]));
        let Ok(program) = &programs.aws_sso else { continue };
        let program = program.display().to_string();
        let load = load(shell, &program);
        let starting = format!("{name}, starting aws-sso");
        race = race
            .add(Contender::plain(&format!("{name} alone"), run(":".to_owned())))
            .add(Contender::plain(&starting, run(format!("'{program}' init {name} >/dev/null"))))
            .add(
                Contender::plain(&format!("{name}, loading init"), run(load))
                    .judged(&starting, Goal::MillisecondsMore(5.0)),
            );
    }
    race
}

/// The line in a start-up file.
fn load(shell: Shell, program: &str) -> String {
    match shell {
        Shell::Fish => format!("'{program}' init fish | source"),
        _ => format!("eval \"$('{program}' init {})\"", shell.name()),
    }
}

/// All of `awsso use`, with cached credentials: the function, the process, and the evaluation of what it prints.
fn entering(programs: &Programs, stage: &Stage) -> Race {
    let mut race = Race::new("`use` whole, in a shell with the function", 200);
    let kinds = [("dynamic", &programs.aws_sso), ("static", &programs.aws_sso_static)];
    for (shell, (kind, program)) in Shell::all().into_iter().flat_map(|shell| kinds.map(|kind| (shell, kind))) {
        let Ok(program) = program else { continue };
        let define = if shell == Shell::Fish { "function empty; end" } else { "function empty { :; }" };
        let load = load(shell, &program.display().to_string());
        let run = |command: &str, test: &str| {
            let line = format!("{load}\n{define}\n{command}\ntest {test} \"$AWS_SESSION_TOKEN\"");
            Ok(stage.home.interactive(shell).args(["-c", &line]).env("AWS_ENDPOINT_URL_SSO", NOWHERE))
        };
        let name = shell.name();
        let reference = format!("{name}, an empty function, {kind}");
        let entering = format!("{name}, `awsso use`, {kind}");
        race = race.add(Contender::plain(&reference, run("empty", "-z"))).add(
            Contender::plain(&entering, run(&format!("awsso use {}", stage.role()), "-n"))
                .judged(&reference, Goal::MillisecondsMore(5.0)),
        );
    }
    race
}

/// What PowerShell takes for the line in its profile, and for the first `awsso use`, beyond what any such code takes:
/// the module with `Invoke-Expression`, the parsing of as many characters, the first program.
fn powershell(programs: &Programs, stage: &Stage) -> Race {
    let run = |lines: &str| {
        let pwsh = support::programs("pwsh").next().ok_or("pwsh is not installed")?;
        let run = stage.home.pwsh(&pwsh).args(["-NoProfile", "-NonInteractive", "-Command", lines]);
        Ok(run.env("AWS_ENDPOINT_URL_SSO", NOWHERE))
    };
    let race = Race::new("PowerShell, in a new process", 20);
    let Ok(program) = &programs.aws_sso else { return race };
    let code = stage.home.command(program).args(["init", "powershell"]).run().success().stdout;
    let statements = "$x = ''abcdefgh''; ".repeat(code.len() / 19);
    stage.home.write("other.ps1", format!("Invoke-Expression 'function global:other {{ {statements}}}'\n"));
    stage.home.write("init.ps1", code);
    let (role, program) = (stage.role(), program.display());
    let load = ". $HOME/init.ps1";
    let evaluated = format!("{load}; Invoke-Expression ((& '{program}' use {role} --shell powershell) -join ' \n')");
    let [other, direct] = ["an equally long function", "`aws-sso use`, evaluated"];
    race.add(Contender::plain(other, run(". $HOME/other.ps1")))
        .add(Contender::plain("loading init", run(load)).judged(other, Goal::MillisecondsMore(100.0)))
        .add(Contender::plain(direct, run(&evaluated)))
        .add(
            Contender::plain("`awsso use`, the first", run(&format!("{load}; awsso use {role}")))
                .judged(direct, Goal::MillisecondsMore(80.0)),
        )
}

/// What a prompt may run each time.
fn whoami(programs: &Programs, stage: &Stage) -> Race {
    let mut race = Race::new("`whoami`", 400);
    for (kind, program) in [("dynamic", &programs.aws_sso), ("static", &programs.aws_sso_static)] {
        let run = |words: &[&str]| {
            let variables = [
                ("AWS_ACCESS_KEY_ID", "ASIA1"),
                ("AWS_SECRET_ACCESS_KEY", "secret"),
                ("AWS_SESSION_TOKEN", "token"),
                ("AWS_SSO_ORIGIN", "ASIA1"),
                ("AWS_SSO_ROLE_ARN", "arn:aws:iam::123456789012:role/ReadOnlyAccess"),
                ("AWS_SSO_ROLE_NAME", "ReadOnlyAccess"),
                ("AWS_SSO_ACCOUNT_NAME", "payments-dev"),
                ("AWS_SSO_EXPIRATION", "4000000000"),
            ];
            let run = stage.home.command(program.as_ref()?).args(words);
            Ok(variables.into_iter().fold(run, |run, (name, value)| run.env(name, value)))
        };
        let version = format!("--version, {kind}");
        let format = ["whoami", "--format", "{account_name}/{role} {minutes}m"];
        race = race
            .add(Contender::plain(&version, run(&["--version"])))
            .add(Contender::plain(&format!("whoami, {kind}"), run(&["whoami"])).judged(&version, Goal::AtMost(1.3)))
            .add(
                Contender::plain(&format!("whoami --format, {kind}"), run(&format)).judged(&version, Goal::AtMost(1.3)),
            );
    }
    race
}

/// Tab and the picker for a user with 50,000 roles.
fn roles(programs: &Programs, few: &Stage, many: &Stage) -> Race {
    let complete = |stage: &Stage| {
        let words = ["complete", "--shell", "bash", "--", "aws-sso", "use", "1"];
        Ok(stage.home.command(programs.aws_sso.as_ref()?).args(words))
    };
    let pick = |stage: &Stage| {
        programs.pick.as_ref()?;
        let words = ["pick", "--shell", "bash", "-p", "corp"];
        Ok(stage.home.command(programs.aws_sso.as_ref()?).args(words).env("AWS_ENDPOINT_URL_SSO", NOWHERE))
    };
    few.remember(programs);
    Race::new("50,000 roles in the inventory", 40)
        .add(Contender::plain("Tab after `use 1`, 16 roles", complete(few)))
        .add(
            Contender::plain("Tab after `use 1`, 50,000 roles", complete(many))
                .judged("Tab after `use 1`, 16 roles", Goal::MillisecondsMore(20.0)),
        )
        .add(Contender::drawing("first frame of `pick`, 16 roles", pick(few), &few.first_account()))
        .add(
            Contender::drawing("first frame of `pick`, 50,000 roles", pick(many), &many.first_account())
                .judged("first frame of `pick`, 16 roles", Goal::Milliseconds(100.0)),
        )
        .add(Contender::drawing("all of `pick`, 50,000 roles", pick(many), "50000/50000"))
}

/// A command in a thousand accounts, against what a user would write without `--match`. The last ones ask the service.
fn thousand_roles(programs: &Programs, stage: &Stage) -> Race {
    let exec = |options: &[&str]| {
        let words = ["exec", "--match", "*", "--yes"].iter().chain(options).chain(&["--", "true"]);
        Ok(stage.home.command(programs.aws_sso.as_ref()?).args(words).env("AWS_ENDPOINT_URL_SSO", NOWHERE))
    };
    let cold = |jobs| exec(&["-j", jobs]).map(|run| stage.at_service(run, false));
    let single = "xargs -P 4, `exec ROLE -- true`";
    let mut race = Race::new("`true` under 1,000 roles", 5);
    for processes in [2, 4, 8] {
        let name = format!("xargs -P {processes}, `exec ROLE -- true`");
        race = race.add(Contender::plain(&name, stage.for_each_role(&programs.aws_sso, processes)));
    }
    race.add(Contender::plain("exec --match", exec(&[])).judged(single, Goal::AtMost(1.3)))
        .add(Contender::plain("exec --match -j 100", exec(&["-j", "100"])).judged(single, Goal::AtMost(1.3)))
        .add(Contender::plain("exec --match, cold", cold("8")).without(stage.role_cache()))
}
