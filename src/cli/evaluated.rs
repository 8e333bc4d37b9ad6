//! Whether a shell evaluates what is printed.

use std::ffi::OsString;

/// Whether a shell evaluates what this line prints to stdout, so that even help has to go to stderr: under the shell
/// function, and in the lines `eval "$(aws-sso init SHELL)"` and `eval "$(aws-sso env ROLE)"`.
pub(crate) fn is_evaluated(arguments: &[OsString]) -> bool {
    const EVALUATED: [&str; 4] = ["--shell", "-env", "--env-vars", "--env_vars"];
    const TAKES_VALUE: [&str; 10] =
        ["-p", "-vp", "-qp", "-vqp", "-qvp", "--profile", "--login", "-r", "--rolearn", "--role"];
    let words = arguments.iter().skip(1).map(|word| word.to_string_lossy()).take_while(|word| word != "--");
    let (mut operands, mut is_value) = (Vec::new(), false);
    for word in words {
        if word.starts_with("--shell=") || EVALUATED.contains(&word.as_ref()) {
            return true;
        }
        if !is_value && !word.starts_with('-') {
            operands.push(word.clone());
        }
        is_value = !is_value && TAKES_VALUE.contains(&word.as_ref());
    }
    matches!(operands.as_slice(), [verb, _, ..] if verb == "init" || verb == "env")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_stays_out_of_what_a_shell_evaluates() {
        let cases = [
            ("aws-sso use --shell bash --help", true),
            ("aws-sso use --shell=fish --help", true),
            ("aws-sso use --help -- --shell", false),
            ("aws-sso init bash --help", true),
            ("aws-sso -v -p corp init bash -h", true),
            ("aws-sso init --help", false),
            ("aws-sso -p init env --help", false),
            ("aws-sso env X -h", true),
            ("aws-sso -p corp -env --help", true),
            ("aws-sso exec X --help -- init bash", false),
            ("aws-sso --help", false),
        ];
        for (line, expected) in cases {
            let words: Vec<_> = line.split(' ').map(OsString::from).collect();
            assert_eq!(is_evaluated(&words), expected, "{line}");
        }
    }
}
