//! The Debian package, installed and used as a user would, the files for packages of other systems, and the crate.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::{AWS_SSO, Home, Shell, skip};

/// The manual pages: of the program, its verbs and theirs.
fn pages(home: &Home) -> Vec<String> {
    let written = home.aws_sso(["packaging", "files"]).run().success().quiet().stdout;
    let names = written.lines().filter_map(|path| path.strip_prefix("files/man/"));
    names.map(str::to_owned).collect()
}

/// A manual page as a terminal shows it; a warning fails the test.
fn manual(home: &Home, page: &Path) -> String {
    let man = home.command("/usr/bin/man").args(["--warnings", "-E", "UTF-8", "-Tutf8", "-P", "cat", "-l"]).arg(page);
    let text = man.env("MANWIDTH", "80").env("GROFF_NO_SGR", "1").run().success().quiet().stdout;
    // Bold letters are printed twice, with a backspace in between.
    let mut letters: Vec<char> = Vec::new();
    for letter in text.chars() {
        match letter {
            '\u{8}' => letters.truncate(letters.len().saturating_sub(1)),
            _ => letters.push(letter),
        }
    }
    letters.into_iter().collect()
}

fn has_man() -> bool {
    let has = Path::new("/usr/bin/man").exists();
    if !has {
        skip("man is not installed: manual pages are not rendered");
    }
    has
}

#[test]
fn every_verb_has_a_page_that_renders_without_a_warning() {
    let home = Home::new();
    let pages = pages(&home);
    let help = home.aws_sso(["--help"]).run().success().stdout;
    let list = help.split("\nOptions:\n").next().unwrap();
    let verbs = list.lines().filter_map(|line| line.strip_prefix("  ")?.split_once("  ")).map(|(verb, _)| verb);
    for verb in verbs.filter(|verb| !verb.is_empty() && !verb.starts_with([' ', '('])) {
        assert!(pages.contains(&format!("aws-sso-{verb}.1")), "{verb}: {pages:?}");
    }
    for hidden in ["complete", "packaging"] {
        assert!(!pages.contains(&format!("aws-sso-{hidden}.1")), "{pages:?}");
    }
    if !has_man() {
        return;
    }
    for page in &pages {
        let text = manual(&home, &home.path("files/man").join(page));
        for heading in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXAMPLES", "SEE ALSO"] {
            assert!(text.contains(&format!("\n{heading}\n")), "{page}: no {heading} in\n{text}");
        }
    }
    let whole = manual(&home, &home.path("files/man/aws-sso.1"));
    for heading in ["ROLES", "EXIT STATUS", "FILES", "ENVIRONMENT"] {
        assert!(whole.contains(&format!("\n{heading}\n")), "no {heading} in\n{whole}");
    }
}

/// Checks that a shell completes `logo` with nothing but the package's own file.
fn assert_completes(home: &Home, shell: Shell, root: &Path) {
    let file = |place: &str| root.join(place).display().to_string();
    let script = match shell {
        Shell::Bash => format!(
            "source {}\nCOMP_WORDS=(aws-sso logo) COMP_CWORD=1\n\
            _aws__sso aws-sso logo aws-sso\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n\
             complete -p aws-sso >/dev/null",
            file("usr/share/bash-completion/completions/aws-sso")
        ),
        Shell::Zsh => format!(
            "fpath=({} $fpath)\nautoload -Uz compinit\ncompinit -u -D\n[[ $_comps[aws-sso] == _aws-sso ]] || exit 1\n\
             autoload +X _aws-sso && [[ $functions[_aws-sso] == *logout* ]] && print logout",
            file("usr/share/zsh/vendor-completions")
        ),
        Shell::Fish => {
            format!("source {}\ncomplete -C 'aws-sso logo'", file("usr/share/fish/vendor_completions.d/aws-sso.fish"))
        }
    };
    let output = home.script(shell, &script).run().success().quiet();
    assert!(output.stdout.starts_with("logout"), "{shell:?}: {output}");
}

/// Packs the program of this test run instead of a release build, which would take minutes.
fn package(home: &Home, tool: &Path) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let built = home.path("target/release");
    fs::create_dir_all(&built).unwrap();
    let folder = Path::new(AWS_SSO).parent().unwrap();
    for name in ["aws-sso", "aws-sso-pick"].into_iter().filter(|name| folder.join(name).exists()) {
        let strip = Command::new("strip").arg("-o").arg(built.join(name)).arg(folder.join(name)).status();
        assert!(strip.unwrap().success(), "{name}");
    }
    let package = home.path("aws-sso.deb");
    let path = std::env::var("PATH").unwrap();
    let output = Command::new(root.join("packaging/deb"))
        .args(["--fast", "--quiet", "--output"])
        .arg(&package)
        .env("PATH", format!("{}:{path}", tool.parent().unwrap().display()))
        .env("CARGO_TARGET_DIR", home.path("target"))
        .env("CARGO_NET_OFFLINE", "true")
        .env("BUILT", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    package
}

#[test]
fn the_debian_package_works_when_installed_and_leaves_nothing_behind() {
    let Some(tool) = std::env::var_os("AWS_SSO_TEST_CARGO_DEB").filter(|tool| !tool.is_empty()).map(PathBuf::from)
    else {
        skip("there is no cargo-deb (tests/run installs it): the Debian package is not tested");
        return;
    };
    let home = Home::new();
    let package = package(&home, &tool);
    let root = home.path("root");
    for folder in ["info", "updates", "triggers"] {
        fs::create_dir_all(root.join("var/lib/dpkg").join(folder)).unwrap();
    }
    fs::write(root.join("var/lib/dpkg/status"), "").unwrap();
    let dpkg = |arguments: &[&str]| {
        let run = home.command("/usr/bin/dpkg").arg("--root").arg(&root);
        run.args(["--force-depends", "--force-bad-path"]).args(arguments).limit(Duration::from_mins(2)).run().success()
    };
    // Only root can install a package, even below another root folder; other users unpack it.
    let is_root = fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    if is_root {
        let _ = dpkg(&["-i", package.to_str().unwrap()]);
        let installed = dpkg(&["-s", "aws-sso"]).stdout;
        assert!(installed.contains("Status: install ok installed"), "{installed}");
        assert!(installed.contains("Conflicts: aws-sso-cli\n"), "its program has the same name: {installed}");
    } else {
        let _ = home.command("/usr/bin/dpkg-deb").arg("-x").arg(&package).arg(&root).run().success();
    }

    let program = root.join("usr/bin/aws-sso");
    let version = home.command(&program).arg("--version").run().success().quiet();
    assert_eq!(version.stdout, concat!("aws-sso ", env!("CARGO_PKG_VERSION"), "\n"));
    let loaded = home.command(&program).args(["init", "bash"]).run().success().quiet();
    assert!(loaded.stdout.contains(program.to_str().unwrap()));
    assert!(root.join("usr/bin/aws-sso-pick").is_file(), "the picker is looked for beside the program");
    for page in pages(&home) {
        let page = root.join(format!("usr/share/man/man1/{page}.gz"));
        assert!(page.is_file(), "{}", page.display());
        if has_man() {
            let _ = manual(&home, &page);
        }
    }
    for shell in Shell::all() {
        assert_completes(&home, shell, &root);
    }
    for file in [
        "copyright",
        "changelog.Debian.gz",
        "README.md",
        "docs/settings.md",
        "examples/direnv.sh",
        "THIRD-PARTY-LICENSES",
    ] {
        assert!(root.join("usr/share/doc/aws-sso").join(file).exists(), "{file}");
    }
    if is_root {
        let _ = dpkg(&["-P", "aws-sso"]);
        assert!(!root.join("usr/bin").exists() && !root.join("usr/share/man").exists());
    }
}

/// The changelog and Cargo.toml are written by hand, so they can differ.
#[test]
fn the_debian_changelog_names_this_version() {
    let first = include_str!("../packaging/changelog").lines().next().unwrap();
    assert!(first.starts_with(concat!("aws-sso (", env!("CARGO_PKG_VERSION"), "-1) ")), "{first}");
}

/// The files below a folder of this project, as the crate names them.
fn below(root: &Path, folder: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(root.join(folder)).unwrap() {
        let name = format!("{folder}/{}", entry.unwrap().file_name().into_string().unwrap());
        if root.join(&name).is_dir() {
            found.append(&mut below(root, &name));
        } else {
            found.insert(name);
        }
    }
    found
}

#[test]
fn the_crate_holds_what_the_programs_are_built_from_and_nothing_else() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO"))
        .args(["package", "--list", "--allow-dirty", "--locked", "--offline"])
        .current_dir(root)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(!said.contains("manifest has no"), "what crates.io shows is incomplete: {said}");
    let listed: BTreeSet<String> = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();

    let mut expected = below(root, "src");
    expected.append(&mut below(root, "shell"));
    for name in ["build.rs", "CHANGELOG.md", "LICENSE", "README.md", "SECURITY.md"] {
        expected.insert(name.to_owned());
    }
    // Cargo writes the first three.
    for name in [".cargo_vcs_info.json", "Cargo.lock", "Cargo.toml.orig", "Cargo.toml"] {
        expected.insert(name.to_owned());
    }
    let missing: Vec<_> = expected.difference(&listed).filter(|name| *name != ".cargo_vcs_info.json").collect();
    assert!(missing.is_empty(), "{missing:?}");
    let surplus: Vec<_> = listed.difference(&expected).collect();
    assert!(surplus.is_empty(), "{surplus:?}");
}
