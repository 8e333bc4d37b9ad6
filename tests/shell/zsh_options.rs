//! The options of zsh: whichever the user turns over, our code works and no other hook is harmed.

use crate::support::{Home, Shell, programs};

/// Each option that zsh has is turned over once, in a subshell of one interactive zsh. Left out are those that end or
/// restrict the shell, run nothing, print what runs, or (csh) allow no line break in quotes.
const TURN_EACH: &str = r#"
code="$(aws-sso init zsh)"
left_out=(exec interactive monitor onecmd singlecommand privileged restricted stdin shinstdin zle verbose xtrace
  cshjunkiequotes)
for option in ${(k)options}; do
  if (( ${left_out[(Ie)$option]} )); then continue; fi
  print -n "$option "
  turned=$option
  if [[ $options[$option] == on ]]; then turned=no$option; fi
  for order in before after; do
    ( first() { print -n 'first '; }; last() { print -n 'last '; }; compdef() { :; }
      precmd_functions=(first); export AWS_SSO_ROLE_ARN=arn AWS_SSO_EXPIRATION=1700000000
      if [[ $order == before ]]; then setopt $turned; fi
      eval "$code"; precmd_functions+=(last); eval "$code"
      if [[ $order == after ]]; then setopt $turned; fi
      for round in 1 2; do
        for hook in "${precmd_functions[@]}"; do "$hook" || print failed; done
      done
      if [[ $order == before ]]; then awsso clear; fi
      print -r -- "status $? role ${AWS_SSO_ROLE_ARN-none}" ) >$order 2>&1
  done
  # In a variable, since an option of the subshell may number lines or arrays in another way.
  print -r -- "${(j:|:)${(f)$(<before)}}@${(j:|:)${(f)$(<after)}}"
done
"#;

#[test]
fn no_option_of_zsh_breaks_the_function_or_a_hook_of_others() {
    if !Shell::Zsh.is_here() {
        return;
    }
    let home = Home::new();
    home.sign_in_config("");
    let script = home.write("script", TURN_EACH);
    let output = home.interactive(Shell::Zsh).arg(script).run().success();
    let notice = "aws-sso: your credentials have expired; run: awsso refresh";
    let hooks = format!("first {notice}|last first last ");
    let expected = format!("{hooks}status 0 role none@{hooks}status 0 role arn");
    let results: Vec<_> = output.stdout.lines().filter_map(|line| line.split_once(' ')).collect();
    assert!(results.len() > 150, "{output}");
    let wrong: Vec<_> = results.iter().filter(|(_, result)| *result != expected).collect();
    assert!(wrong.is_empty(), "{wrong:#?}\n{expected}\n{}", output.stderr);
}

/// powerlevel10k draws a prompt before the start-up file is read, and keeps what is written until its first real one
/// for 25 lines of warning. Its rule, read in its code: `__p9k_instant_prompt_active` is set from then on, and a hook
/// that runs after all others removes it.
#[test]
fn nothing_is_said_during_powerlevel10ks_instant_prompt() {
    if !Shell::Zsh.is_here() {
        return;
    }
    let home = Home::new();
    let script = "typeset -gi __p9k_instant_prompt_active=1\n\
        _p9k_precmd() { unset __p9k_instant_prompt_active; }\n\
        precmd_functions=(_p9k_precmd)\n\
        eval \"$(aws-sso init zsh)\"\n\
        precmd_functions=(${precmd_functions:#_p9k_precmd} _p9k_precmd)\n\
        for round in 1 2 3; do for hook in $precmd_functions; do $hook; done; print -u2 prompt; done\n";
    let script = home.write("script", script);
    let run = home.interactive(Shell::Zsh).arg(script).env("AWS_SSO_EXPIRATION", "1700000000");
    let output = run.env("AWS_SSO_SESSION_END", "4102444800").run().success();
    let notice = "aws-sso: your credentials have expired; run: awsso refresh";
    assert_eq!(output.stderr, format!("prompt\n{notice}\nprompt\nprompt\n"));
}

/// As `sh`, zsh has no parameter `aliases` and its like, and with `-u` an empty array is one that is not set.
#[test]
fn an_interactive_zsh_in_the_place_of_sh_loads_without_a_word_and_has_the_hook_once() {
    if !Shell::Zsh.is_here() {
        return;
    }
    for emulated in ["sh", "ksh", "zsh"] {
        let home = Home::new();
        let load = "eval \"$(aws-sso init zsh --key ctrl-g)\"\n";
        let script =
            format!("IFS=:\n{load}{load}print -rl -- \"${{precmd_functions[@]}}\" | grep hook\nawsso --version\n");
        let script = home.write("script", script);
        let program = programs("zsh").next().unwrap();
        let output = home.command(&program).args(["--emulate", emulated, "-f", "-u", "-i"]).arg(script).run().success();
        let expected = concat!("__aws_sso_hook\naws-sso ", env!("CARGO_PKG_VERSION"), "\n");
        assert_eq!((output.stdout.as_str(), output.stderr.as_str()), (expected, ""), "{emulated}");
    }
}
