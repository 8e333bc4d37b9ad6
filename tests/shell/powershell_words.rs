//! Which words reach the program through the `awsso` function of PowerShell, typed and completed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use aws_sso::sandbox::Options;
use aws_sso::shell::{Hook, Init, Shell, script};

use crate::support::powershell::pwsh;
use crate::support::remembered::{edit, remembered};
use crate::support::tab::UNREACHABLE;
use crate::support::{AWS_SSO, Home};

/// Writes the words of each call to a line of a file, with `|` before each, and answers Tab as the real one does.
fn program() -> String {
    format!(
        "#!/bin/sh
[ \"$1\" != complete ] || exec '{AWS_SSO}' \"$@\"
for word in \"$@\"; do printf '|%s' \"$word\"; done >>\"$HOME/words\"
echo >>\"$HOME/words\"
"
    )
}

/// The line that loads a function which runs that program.
fn load(home: &Home) -> String {
    let program = home.write("program", program());
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let init = Init { command: "awsso", program: &program, hook: Hook::None, completion: true, key: None };
    let file = home.write("init.ps1", script(Shell::Powershell, &init).unwrap());
    format!(". '{}'\n", file.display())
}

/// What a line of PowerShell passes to the program.
const TYPED: [(&str, &str); 50] = [
    ("awsso use Data/Reader", "|use|--shell|powershell|Data/Reader"),
    // Options before the verb, and the verb's own.
    ("awsso -p corp use a/b", "|-p|corp|use|--shell|powershell|a/b"),
    ("awsso -v -p use use a/b -q", "|-v|-p|use|use|--shell|powershell|a/b|-q"),
    ("awsso --profile=corp pick", "|--profile=corp|pick|--shell|powershell"),
    ("awsso -p corp -ext -r a/b", "|-p|corp|-ext|-r|a/b"),
    ("awsso -env -d -r:a/b", "|-env|-d|-r:a/b"),
    ("awsso -", "|-|--shell|powershell"),
    // Words that look like the common parameters of an advanced function.
    ("awsso exec a/b cmd -Verbose -Debug -ErrorAction Stop", "|exec|a/b|cmd|-Verbose|-Debug|-ErrorAction|Stop"),
    ("awsso exec a/b cmd -v -d -p 5432 -out x -i -w -e", "|exec|a/b|cmd|-v|-d|-p|5432|-out|x|-i|-w|-e"),
    // The first `--`, which PowerShell takes away, and others.
    ("awsso exec a/b -- cmd -p 1", "|exec|a/b|--|cmd|-p|1"),
    ("awsso exec a/b -- npm run x -- --flag -y", "|exec|a/b|--|npm|run|x|--|--flag|-y"),
    ("awsso exec a/b cmd '--' x", "|exec|a/b|cmd|--|x"),
    ("awsso use -- -name/role", "|use|--shell|powershell|--|-name/role"),
    ("awsso exec a/b --", "|exec|a/b|--"),
    ("awsso exec a/b `\n  --region eu -- `\n  cmd `\n  -v", "|exec|a/b|--region|eu|--|cmd|-v"),
    ("awsso exec a/b -- cmd -x >$HOME/to-a.txt 2>$null -y", "|exec|a/b|--|cmd|-x|-y"),
    // Dashes and quotes of typography are dashes and quotes to PowerShell, and other characters to programs.
    ("awsso use a\u{2013}b/c", "|use|--shell|powershell|a\u{2013}b/c"),
    ("awsso list \u{2013}p corp", "|list|\u{2013}p|corp"),
    ("awsso list \u{2014}-profile corp", "|list|\u{2014}-profile|corp"),
    ("awsso exec a/b \u{2013}\u{2013} cmd \u{2015}\u{2015} x", "|exec|a/b|\u{2013}\u{2013}|cmd|\u{2015}\u{2015}|x"),
    ("awsso exec a/b \u{2014}x.y -- a,b", "|exec|a/b|\u{2014}x.y|--|a,b"),
    ("awsso use \u{201C}a b/c\u{201D} \u{2018}d\u{2019}", "|use|--shell|powershell|a b/c|d"),
    ("awsso exec a/b -- cmd # -- a, b", "|exec|a/b|--|cmd"),
    ("awsso exec a/b -- cmd >\"$HOME/a - copy, -- .txt\" z", "|exec|a/b|--|cmd|z"),
    ("awsso exec a/b -- cmd 2> (Join-Path $HOME 'x - y') z", "|exec|a/b|--|cmd|z"),
    ("awsso exec a/b -- cmd <# - , -- #> z", "|exec|a/b|--|cmd|z"),
    ("if ($true) { awsso exec a/b -- cmd }", "|exec|a/b|--|cmd"),
    ("$null = (awsso exec a/b -- cmd x,y)", "|exec|a/b|--|cmd|x,y"),
    // Commas, dots and colons, at which PowerShell cuts.
    ("awsso use a,b/c,d", "|use|--shell|powershell|a,b/c,d"),
    ("awsso use 'a b',\"c\"", "|use|--shell|powershell|a b,c"),
    ("awsso exec a/b cut -f 01,02 a, b c ,d", "|exec|a/b|cut|-f|01,02|a,|b|c|,d"),
    ("awsso exec a/b cmd -r.foo -a:b -c: d --x=y.z:w,v", "|exec|a/b|cmd|-r.foo|-a:b|-c:|d|--x=y.z:w,v"),
    ("awsso exec a/b cmd -- -r.foo -a:b", "|exec|a/b|cmd|--|-r.foo|-a:b"),
    // Numbers.
    ("awsso use 012345678901", "|use|--shell|powershell|012345678901"),
    ("awsso exec a/b cmd 1e5 0x10 1kb 1.50 -5 .5", "|exec|a/b|cmd|1e5|0x10|1kb|1.50|-5|.5"),
    ("awsso exec a/b cmd 012 1.50 x,y", "|exec|a/b|cmd|012|1.50|x,y"),
    // Empty words, blanks and quotes.
    ("awsso use ''", "|use|--shell|powershell|"),
    ("awsso exec a/b cmd '' x,y ' '", "|exec|a/b|cmd||x,y| "),
    ("awsso exec a/b cmd \"it's\" 'say \"hi\"' 'c:\\' 'd e\\'", "|exec|a/b|cmd|it's|say \"hi\"|c:\\|d e\\"),
    ("awsso exec a/b cmd '*' *.txt '$x' '`y' '~'", "|exec|a/b|cmd|*|*.txt|$x|`y|~"),
    // Words from variables: several are several, as for any program.
    ("$w = 'x', 'y'; awsso exec a/b cmd $w", "|exec|a/b|cmd|x|y"),
    ("$w = 'x', 'y'; awsso exec a/b -- cmd $w z,z", "|exec|a/b|--|cmd|x|y|z,z"),
    ("awsso exec a/b -- cmd $null x,y ''", "|exec|a/b|--|cmd|x,y|"),
    ("$w = 'x', 'y'; awsso exec a/b -- cmd @w z,z", "|exec|a/b|--|cmd|x|y|z,z"),
    ("$none = @(); awsso exec a/b --region eu -- @none cmd", "|exec|a/b|--region|eu|--|cmd"),
    ("$none = @(); $w = 'x', 'y'; awsso exec a/b @none x,y @w", "|exec|a/b|x,y|x|y"),
    ("$w = 'exec', 'a/b', '-v', '--', 'x,y'; awsso @w", "|exec|a/b|-v|--|x,y"),
    ("function mine { awsso @args }; mine -p corp use a,b", "|-p|corp|use|--shell|powershell|a,b"),
    ("awsso exec a/b -- cmd (1 + 1) $(3; 4)", "|exec|a/b|--|cmd|2|3|4"),
    ("awsso", ""),
];

#[test]
fn each_word_reaches_the_program_as_it_was_typed() {
    let home = Home::new();
    let mut script = format!("Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n{}", load(&home));
    for (line, _) in TYPED {
        script += line;
        script.push('\n');
    }
    let Some(run) = home.powershell(&script) else { return };
    let output = run.run().success().quiet();
    let words = home.read("words");
    assert_eq!(words.lines().count(), TYPED.len(), "{output}{words}");
    for ((line, expected), arrived) in TYPED.into_iter().zip(words.lines()) {
        assert_eq!(arrived, expected, "{line}");
    }
}

/// The words of a hash table come after all others: which of them belongs to what, nobody could say.
#[test]
fn a_hash_table_is_refused_and_an_array_arrives() {
    let home = Home::new();
    let refused = ["awsso list @hash", "awsso exec a/b @hash -- cmd", "awsso list @hash a,b", "awsso use @hash a/b"];
    let mut script = load(&home) + "$hash = @{ p = 'x,y' }\n$array = '-p', 'x:'\n";
    for line in refused {
        script += &format!("try {{ {line}; 'BAD' }} catch {{ \"$_\" }}\n");
    }
    script += "awsso list @array\nawsso list -p: x @array\n\
               $ErrorActionPreference = 'SilentlyContinue'\nawsso use @hash a/b\n";
    let Some(run) = home.powershell(&script) else { return };
    let output = run.run().success().quiet();
    let said = "aws-sso: a hash table gives words without a place in the line; give an array: $a = '-p', 'x'; @a\n";
    assert_eq!(output.stdout, said.repeat(refused.len()));
    assert_eq!(home.read("words"), "|list|-p|x:\n|list|-p:|x|-p|x:\n|--hash-table\n");
}

/// A machine whose policy allows little else, such as a company's: arrays become words again, and nothing fails.
#[test]
fn in_constrained_language_mode_words_arrive_but_for_the_first_dashes() {
    let home = Home::new();
    let lines = [
        ("awsso -p corp use a,b/c", "|-p|corp|use|--shell|powershell|a,b/c"),
        ("awsso exec a/b -- cmd -v 012 x,y ''", "|exec|a/b|cmd|-v|012|x,y|"),
        ("$w = 'x', 'y'; awsso exec a/b cmd $w", "|exec|a/b|cmd|x|y"),
    ];
    let mut script = String::from("$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'\n");
    script += &load(&home);
    for (line, _) in lines {
        script += line;
        script.push('\n');
    }
    let Some(run) = home.powershell(&script) else { return };
    let _ = run.run().success().quiet();
    assert_eq!(home.read("words").lines().collect::<Vec<_>>(), lines.map(|(_, expected)| expected));
}

/// Names that an administrator or the user may give, which PowerShell would not read as one plain word.
const NAMES: [&str; 27] = [
    "Data Platform",
    "a,b",
    "@me",
    "#x",
    "a#b",
    "a;b",
    "a|b",
    "a&b",
    "$HOME",
    "$(touch PWNED)",
    "`touch PWNED`",
    "it's",
    "say \"hi\"",
    "a\u{2018}b\u{2019}; touch PWNED; \u{201A}c\u{201B}",
    "\u{201C}a\u{201D}",
    "a\u{2013}b",
    "{a}",
    "(a)",
    "[a]",
    "1e5",
    "0x1F",
    "1kb",
    "*",
    "%PATH%",
    "<a>",
    "C:\\x",
    "Gr\u{f6}\u{df}e \u{1f600}",
];

#[test]
fn what_tab_offers_is_read_as_the_one_word_that_it_stands_for() {
    let user = remembered(Options { accounts: NAMES.len(), roles: 1, ..Options::default() });
    edit(&user, |list| {
        for (account, name) in list["accounts"].as_array_mut().unwrap().iter_mut().zip(NAMES) {
            account["name"] = name.into();
            account["roles"] = ["Read+Write,all"].as_slice().into();
        }
    });
    let aliases = ["1kb", "0x1F", "012345678901", "1e5", "5d", ".5", "a,b"];
    let lines = aliases.iter().enumerate().map(|(number, alias)| format!("{alias} = 123456789012/x{number}\n"));
    user.home.write(".config/aws-sso/config", format!("[alias]\n{}", lines.collect::<String>()));
    // As Tab in a terminal: each line that it makes is run.
    let complete = "foreach ($match in (TabExpansion2 'awsso use ' 10).CompletionMatches) {
    Invoke-Expression \"awsso use $($match.CompletionText)\"
}
function Twist { param([ValidateSet('tighten')] $How) }
foreach ($dashes in '-- ', '') {
    $line = \"awsso exec 'a b/c' --region eu-west-1 $($dashes)Twist -How ti\"
    (TabExpansion2 $line $line.Length).CompletionMatches[0].CompletionText
}
";
    let Some(run) = user.home.powershell(&(load(&user.home) + complete)) else { return };
    let output = run.endpoint(UNREACHABLE).run().success().quiet();
    // What `exec` runs is completed as a line of its own.
    assert_eq!(output.stdout, "tighten\ntighten\n");
    let words = user.home.read("words");
    let arrived: Vec<_> = words.lines().collect();
    let roles = NAMES.iter().map(|name| format!("{name}/Read+Write,all"));
    for word in roles.chain(aliases.into_iter().map(str::to_owned)) {
        assert!(arrived.contains(&&*format!("|use|--shell|powershell|{word}")), "{word}: {output}{words}");
    }
    assert!(!user.home.has("PWNED"));
}

#[test]
fn a_role_with_a_comma_is_completed_in_a_terminal_and_arrives_as_one_word() {
    let Some(pwsh) = pwsh() else { return };
    let user = remembered(Options { accounts: 1, roles: 1, ..Options::default() });
    edit(&user, |list| {
        list["accounts"][0]["name"] = "Data".into();
        list["accounts"][0]["roles"] = ["Read,Write"].as_slice().into();
    });
    let setup = load(&user.home) + "function global:prompt { \"status-$LASTEXITCODE> \" }\n$LASTEXITCODE = 5\n";
    let setup = user.home.write("setup.ps1", setup);
    let shell = user.home.pwsh(&pwsh).args(["-NoProfile", "-NoExit", "-File"]).arg(setup);
    let mut terminal = shell.endpoint(UNREACHABLE).in_terminal();
    terminal.wait_for("status-5> ");
    terminal.send("awsso use Da\t");
    terminal.wait_for("awsso use 'Data/Read,Write'");
    terminal.send("\r");
    terminal.wait_for("status-0> ");
    assert_eq!(user.home.read("words"), "|use|--shell|powershell|Data/Read,Write\n");
}
