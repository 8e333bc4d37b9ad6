//! Which scripts load the function, and which only name it.

use super::*;

#[test]
fn a_command_loads_the_function_if_its_output_is_run() {
    use Shell::{Bash, Elvish, Fish, Nushell, Powershell, Tcsh, Xonsh, Zsh};
    let loads = [
        (Bash, "eval \"$(aws-sso init bash)\""),
        (Bash, "  eval \"$(/opt/bin/aws-sso init bash --hook none)\"  # the function"),
        (Bash, "eval \"$('/my tools/aws-sso' init bash)\""),
        (Bash, "eval \"$(\"$HOME/bin/aws-sso\" init bash)\""),
        (Bash, "eval \"$(command aws-sso init bash 2>/dev/null)\""),
        (Bash, "eval `aws-sso init bash`"),
        (Bash, "source <(aws-sso init bash)"),
        (Bash, ". <(aws-sso init bash 2>&1)"),
        (Bash, "source /dev/stdin <<<\"$(aws-sso init bash)\""),
        (Bash, "command -v aws-sso >/dev/null && eval \"$(aws-sso init bash)\""),
        (Bash, "[ -x ~/bin/aws-sso ] && . <(~/bin/aws-sso init bash) || true"),
        (Bash, "if type aws-sso >/dev/null 2>&1; then eval \"$(aws-sso init bash)\"; fi"),
        (Bash, "case $- in *i*) eval \"$(aws-sso init bash)\";; esac"),
        (Bash, "(( x = 1 << 2 )); load() { eval \"$(aws-sso init bash)\"; }; load"),
        (Bash, "x=$((1 << 2))\nload()\n{\n  eval \"$(aws-sso init bash)\"\n}\nload\n"),
        (Bash, "f() { if { a; }; then b; fi; }; eval \"$(aws-sso init bash)\""),
        (Bash, "[ -z \"$PS1\" ] && return\ncase $- in *i*) ;; *) return;; esac\neval \"$(aws-sso init bash)\""),
        (Bash, "if a; then\n  return\nfi\nf() {\n return\n}\n{ eval \"$(aws-sso init bash)\"; }"),
        (Bash, "x=$(case $y in a) echo \"it's\";; esac); eval \"$(aws-sso init bash)\""),
        (Bash, "x=${x%%(*} y=${y:-'}'} z=\"${z:-don't}\"; eval \"$(aws-sso init bash)\""),
        (Bash, "f() { while a; do b; done }; eval \"$(aws-sso init bash)\""),
        (Bash, "x=$'a$b'; eval \"$(aws-sso init bash)\""),
        (Bash, "false || eval \"$(aws-sso init bash)\"; true | cat"),
        (Bash, "cat <<\"END OF\"\ndon't\nEND OF\neval \"$(aws-sso init bash)\""),
        (Bash, "eval \"$(aws-sso init bash)\"\ncat <<EOF\nhello"),
        (Bash, "eval \"$(aws-sso init bash)\"\na='a quote that does not end\n"),
        (Bash, "eval \"A=1; $(aws-sso init bash)\""),
        (Bash, "eval \"$(aws-sso init bash)\"; return; eval \"$(aws-sso init bash)\""),
        (Bash, "source <(aws-sso -q init bash)"),
        (Bash, "x=$(aws-sso init bash); eval \"$x\""),
        (Bash, "export x=\"$(aws-sso init bash 2>/dev/null)\" && eval \"${x}\""),
        (Bash, "aws-sso init bash > ~/.sso && source ~/.sso"),
        (Bash, "aws-sso init bash >~/.sso; . ~/.sso"),
        (Bash, "AWS_SSO=/opt/aws-sso; eval \"$($AWS_SSO init bash)\""),
        (Bash, "export A=~/bin/aws-sso && eval \"$(\"${A}\" init bash)\""),
        (Bash, "say() { echo it\\'s; }; A=1 eval \"$(aws-sso init bash)\""),
        (Bash, "PS1=$'it\\'s '; eval \"$(aws-sso init bash)\""),
        (Bash, "# don't\neval \\\n  \"$(aws-sso init bash)\""),
        (Bash, "cat <<EOF\ndon't\nEOF\neval \"$(aws-sso init bash)\""),
        (Zsh, "source =(aws-sso init zsh)"),
        (Zsh, "(( $+commands[aws-sso] )) && eval \"$(aws-sso init zsh)\""),
        (Zsh, "aws-sso init zsh | source /dev/stdin"),
        (Zsh, "if [[ -o login ]] { return }; eval \"$(aws-sso init zsh)\""),
        (Zsh, "_evalcache aws-sso init zsh"),
        (Zsh, "zsh-defer eval \"$(aws-sso init zsh)\""),
        (Fish, "aws-sso init fish | source"),
        (Fish, "command -q aws-sso; and aws-sso init fish | source"),
        (Fish, "if status is-interactive\n  command aws-sso init fish |\n    source\nend"),
        (Fish, "if a\n  exit\nelse if b\n  exit\nend\ntest x; or return\naws-sso init fish | source"),
        (Fish, "function load\n  aws-sso init fish | source\nend\nload"),
        (Fish, "source (aws-sso init fish | psub)"),
        (Fish, "set -g sso ~/bin/aws-sso\n$sso init fish | source"),
        (Powershell, "& 'C:\\my tools\\aws-sso.exe' init powershell | Out-String | iex"),
        (Powershell, "C:\\x\\aws-sso.exe init powershell | Invoke-Expression"),
        (Powershell, "if (${env:A}) { return }\nfunction f { ${a} = 1; return }\naws-sso init powershell | iex"),
        (Powershell, "Invoke-Expression (& { (aws-sso init powershell | Out-String) })"),
        (Powershell, "if (Get-Command aws-sso -ea 0) {aws-sso init powershell | iex}"),
        (Powershell, ". ([scriptblock]::Create((aws-sso init powershell) -join \"`n\"))"),
        (Powershell, "$sso = 'C:\\x\\aws-sso.exe'\r\niex \"$(& $sso init powershell)\"\r\n"),
        (Tcsh, "if ( ! $?prompt ) exit\nif ( $x ) then\n exit\nendif\neval `aws-sso init tcsh`"),
        (Tcsh, "@ x = ( 1 << 2 ); eval \"`aws-sso init tcsh`\""),
        (Tcsh, "if ( $?prompt ) eval \"`aws-sso init tcsh`\""),
        (Xonsh, "execx($(aws-sso init xonsh))"),
        (Elvish, "if (has-external aws-sso) { eval (aws-sso init elvish | slurp) }"),
        (Nushell, "^'/my tools/aws-sso' init nushell | save --force ($dir | path join aws-sso.nu)"),
    ];
    for (shell, script) in loads {
        let found = loadings(shell, script);
        assert_eq!(found.len(), 1, "{shell:?}: {script}: {found:?}");
        let line = 1 + script.lines().position(|line| line.contains("init")).unwrap();
        assert_eq!(found[0], Loading { line, names: Some(shell) }, "{script}");
    }
    let unknown = loadings(Bash, "eval \"$(aws-sso init $SHELL_NAME)\"");
    assert_eq!(unknown, [Loading { line: 1, names: None }]);
}

#[test]
fn a_text_that_names_it_or_a_command_that_does_not_run_in_the_shell_itself_does_not_load_it() {
    use Shell::{Bash, Elvish, Fish, Powershell, Tcsh, Zsh};
    for (shell, script) in [
        (Bash, ""),
        (Bash, "# eval \"$(aws-sso init bash)\""),
        (Bash, "true # eval \"$(aws-sso init bash)\""),
        (Bash, "echo \"aws-sso init bash\""),
        (Bash, "echo 'run eval \"$(aws-sso init bash)\"; done'"),
        (Bash, "echo 'first\neval \"$(aws-sso init bash)\"\n'"),
        (Bash, "cat <<'EOF'\neval \"$(aws-sso init bash)\"\nEOF"),
        (Bash, "cat <<-EOF; true\n\teval \"$(aws-sso init bash)\"\n\tEOF\n"),
        (Bash, "alias load='eval \"$(aws-sso init bash)\"'"),
        (Bash, "aws-sso init bash"),
        (Bash, "aws-sso init bash > ~/aws-sso.bash"),
        (Bash, "eval \"$(aws-sso login)\""),
        (Bash, "eval \"$(echo aws-sso init bash)\""),
        (Bash, "eval \"$($UNKNOWN init bash)\""),
        (Bash, "eval \"$(my-aws-sso init bash)\""),
        (Bash, "cat <<EOF\nhello\neval \"$(aws-sso init bash)\""),
        (Bash, "a='a quote that does not end\neval \"$(aws-sso init bash)\""),
        (Bash, "if true; then\neval \"$(aws-sso init bash)\""),
        (Bash, "( true\neval \"$(aws-sso init bash)\""),
        (Bash, "return\neval \"$(aws-sso init bash)\""),
        (Bash, "true; exit 0\neval \"$(aws-sso init bash)\""),
        (Bash, "false && eval \"$(aws-sso init bash)\""),
        (Bash, ": || eval \"$(aws-sso init bash)\""),
        (Bash, "eval \"$(aws-sso init bash)\" | cat"),
        (Bash, "true | eval \"$(aws-sso init bash)\""),
        (Bash, "aws-sso init bash | source /dev/stdin"),
        (Bash, "(eval \"$(aws-sso init bash)\")"),
        (Bash, "x=$(eval \"$(aws-sso init bash)\")"),
        (Bash, "eval \"$(aws-sso init bash --help)\""),
        (Bash, "eval \"echo $(aws-sso init bash)\""),
        (Bash, "eval echo \"$(aws-sso init bash)\""),
        (Bash, "cat <<\"END OF\"\neval \"$(aws-sso init bash)\"\nEND OF\n"),
        (Bash, "sso() { unset -f sso; eval \"$(aws-sso init bash)\"; sso \"$@\"; }"),
        (Bash, "function sso {\n  eval \"$(aws-sso init bash)\"\n}\n"),
        (Bash, "x=$(aws-sso init bash); echo \"$x\""),
        (Bash, "aws-sso init bash > ~/.sso && source ~/.other"),
        (Zsh, "eval \"$(aws-sso init zsh)\" | cat"),
        (Fish, "function sso\n  aws-sso init fish | source\nend"),
        (Fish, "exit\naws-sso init fish | source"),
        (Powershell, "function Load { aws-sso init powershell | iex }"),
        (Powershell, "return\r\naws-sso init powershell | iex"),
        (Elvish, "fn load {|@a| eval (aws-sso init elvish | slurp) }"),
        (Tcsh, "(eval `aws-sso init tcsh`)"),
        (Fish, "echo 'aws-sso init fish | source'"),
        (Fish, "aws-sso init fish | grep source"),
        (Powershell, "<# aws-sso init powershell | iex #>"),
        (Powershell, "$text = @'\naws-sso init powershell | iex\n'@"),
        (Powershell, "Write-Host 'aws-sso init powershell | iex'"),
        (Tcsh, "alias load 'eval \"`aws-sso init tcsh`\"'"),
    ] {
        assert_eq!(loadings(shell, script), [], "{shell:?}: {script}");
    }
}

/// Each would take minutes if a part of the rest were read again for each of these lines.
#[test]
fn a_large_file_is_read_once() {
    for line in [
        "# a comment of some text\nalias x=y\n",
        "cat <<A\n",
        "cat <<A\nA\n",
        "x='a' y=\"$(b \"${c}\")\"\n",
        "a\"b\"'c'",
        "$x init\n",
        "x=1 ",
        "eval \"$(aws-sso init zsh)\" | ",
        "f() { eval \"$(aws-sso init bash)\"; }\n",
        "aws-sso init zsh | ",
        "$(aws-sso init zsh ",
        "if { ( case x in\n",
    ] {
        let _ = loadings(Shell::Zsh, &line.repeat(1_000_000 / line.len()));
    }
}
