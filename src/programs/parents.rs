//! The programs by which this process was started: its parent, the parent of that, and so on.

/// Longer chains are not followed.
const MOST: usize = 32;

/// The words with which each was started, the nearest first. Where the system does not tell, there are none.
pub(crate) fn command_lines() -> Vec<Vec<String>> {
    let mut lines = Vec::new();
    let mut id = first();
    while let Some((parent, words)) = id.filter(|id| *id > 1 && lines.len() < MOST).and_then(look) {
        lines.push(words);
        id = Some(parent);
    }
    lines
}

#[cfg(unix)]
fn first() -> Option<i32> {
    rustix::process::getppid().map(rustix::process::Pid::as_raw_pid)
}

#[cfg(not(unix))]
fn first() -> Option<i32> {
    None
}

/// The parent and the words of a process.
fn look(id: i32) -> Option<(i32, Vec<String>)> {
    of_kernel(id).or_else(|| of_ps(id))
}

/// What Linux says.
fn of_kernel(id: i32) -> Option<(i32, Vec<String>)> {
    let status = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The program's name, in brackets, may hold anything.
    let parent = status.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok()?;
    let words = std::fs::read(format!("/proc/{id}/cmdline")).ok()?;
    let words = words.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned());
    Some((parent, words.filter(|word| !word.is_empty()).collect()))
}

/// What `ps` says: macOS and the BSDs have no `/proc`.
#[cfg(unix)]
#[allow(clippy::disallowed_methods, reason = "it gets no environment, and this layer knows no helpers")]
fn of_ps(id: i32) -> Option<(i32, Vec<String>)> {
    let mut ps = std::process::Command::new("/bin/ps");
    ps.args(["-o", "ppid=", "-o", "args=", "-p", &id.to_string()]).env_clear().stdin(std::process::Stdio::null());
    let answer = super::core_dumps::with_own_limit(|| ps.output()).ok()?;
    let text = String::from_utf8_lossy(&answer.stdout).into_owned();
    let mut words = text.split_whitespace().map(str::to_owned);
    Some((words.next()?.parse().ok()?, words.collect()))
}

#[cfg(not(unix))]
fn of_ps(_: i32) -> Option<(i32, Vec<String>)> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_and_ps_name_the_same_parent() {
        let id = std::process::id().try_into().unwrap();
        let (parent, words) = of_ps(id).unwrap();
        assert_eq!(Some(parent), first());
        assert!(words[0].contains("aws_sso"), "{words:?}");
        if cfg!(target_os = "linux") {
            assert_eq!(
                of_kernel(id).map(|(parent, words)| (parent, words[0].clone())),
                Some((parent, words[0].clone()))
            );
        }
    }
}
