//! The command lines in the documents: each is one that this version understands.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use clap::error::ErrorKind;

use super::{exec_line, parse};
use crate::cli::exec_line::CommandStart;

/// A value for what stands for one, where not every text is a value.
fn value(word: String) -> String {
    match word.as_str() {
        "R" | "REGION" => "eu-west-1".to_owned(),
        "T" | "TEMPLATE" => "{role}".to_owned(),
        "SHELL" => "bash".to_owned(),
        // In all that is shown, a variable or a command of the shell stands for a region.
        text if text.starts_with('$') => "eu-west-1".to_owned(),
        _ => word,
    }
}

/// The words of a command line up to what a shell reads itself, such as `|`; `None` if it is no whole line.
fn words(line: &str) -> Option<Vec<String>> {
    let mut words = vec![String::new()];
    let (mut quote, mut rest) = (None, line.chars().peekable());
    while let Some(c) = rest.next() {
        let word = words.last_mut()?;
        match (quote, c) {
            (Some(end), c) if c == end => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '\\') => word.extend(rest.next()),
            // Two blanks: a comment in a column of its own.
            (None, ' ') if rest.peek() == Some(&' ') => break,
            (None, ' ') => words.push(String::new()),
            (None, '|' | '>' | '<' | '&' | ';' | ')' | '#') => break,
            (None, '…' | '[') => return None,
            (_, c) => word.push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    Some(words.into_iter().map(value).collect())
}

/// The command lines of ours that start in this code.
fn lines(code: &str) -> Vec<String> {
    let starts = ["", "$ ", "eval \"$(", "run: ", "credential_process = ", "\\eval \"$("];
    let code = code.trim();
    let ours = starts.iter().filter_map(|start| code.strip_prefix(start));
    ours.filter(|line| line.starts_with("aws-sso ") || line.starts_with("awsso ")).map(str::to_owned).collect()
}

/// The code of a page: the lines of its blocks, and what stands between backticks.
fn code(page: &str, is_about_another_tool: bool) -> Vec<String> {
    let mut code = Vec::new();
    let mut prose = String::new();
    let mut is_fenced = false;
    for line in page.replace("\\\n", " ").lines() {
        if line.starts_with("```") {
            is_fenced = !is_fenced;
        } else if is_fenced || line.starts_with("    ") {
            code.push(line.to_owned());
        } else if line.starts_with('|') && is_about_another_tool {
            // The first column has the other tool's commands.
            prose += line.split(" | ").nth(1).unwrap_or_default();
            prose.push('\n');
        } else {
            prose += line;
            prose.push('\n');
        }
    }
    let prose = prose.replace("\\|", "|");
    // A span does not go on behind its paragraph, so that a lone backtick spoils only that.
    for paragraph in prose.split("\n\n") {
        code.extend(paragraph.replace('\n', " ").split('`').skip(1).step_by(2).map(str::to_owned));
    }
    code
}

#[test]
fn each_command_line_in_the_documents_is_one_that_this_version_understands() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let pages = pages.chain(["README.md", "CONTRIBUTING.md", "SECURITY.md", "benches/README.md"].map(|n| root.join(n)));
    let (mut seen, mut wrong) = (0, String::new());
    for page in pages.filter(|page| page.extension().is_some_and(|extension| extension == "md")) {
        let name = page.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&page).unwrap();
        for line in code(&text, name.starts_with("coming-from")).iter().flat_map(|code| lines(code)) {
            let Some(words) = words(&line).filter(|words| !words.iter().any(|word| word == "VERB")) else { continue };
            let line_words: Vec<_> = words.iter().map(OsString::from).collect();
            let start = CommandStart::find(&line_words, exec_line);
            let parsed = parse(start.map_or(line_words.clone(), |start| start.with_dashes(line_words)));
            // A verb may be named without what it needs.
            let is_wrong =
                |error: &clap::Error| error.use_stderr() && error.kind() != ErrorKind::MissingRequiredArgument;
            if let Some(error) = parsed.err().filter(is_wrong) {
                wrong += &format!("\n{name}: {line}\n{words:?}\n{error}");
            }
            seen += 1;
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(seen > 150, "only {seen} command lines were found");
}
