//! The signals that this process was started to ignore, as by `nohup`, or by `&` in a script. They stay ignored.

use std::fs::File;
use std::io::Read as _;
use std::sync::LazyLock;

/// A bit for each signal that was ignored. It is read before this process handles any of them.
static IGNORED: LazyLock<u64> = LazyLock::new(|| {
    // Where the system does not tell, the one that is ignored most often is left alone.
    of_kernel().or_else(of_ps).unwrap_or(bit(signal_hook::consts::SIGHUP))
});

/// Whether this process was started to ignore a signal. Such a signal gets no handler.
#[must_use]
pub fn is_ignored(signal: i32) -> bool {
    *IGNORED & bit(signal) != 0
}

fn bit(signal: i32) -> u64 {
    1 << (signal - 1)
}

/// What Linux says.
fn of_kernel() -> Option<u64> {
    let mut status = [0; 4096];
    // One read: each one makes the kernel write the whole text again.
    let length = File::open("/proc/self/status").ok()?.read(&mut status).ok()?;
    let status = String::from_utf8_lossy(&status[..length]);
    mask(status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?)
}

/// What `ps` says: macOS and the BSDs have no `/proc`.
#[allow(clippy::disallowed_methods, reason = "it gets no environment, and this layer knows no helpers")]
fn of_ps() -> Option<u64> {
    let mut ps = std::process::Command::new("/bin/ps");
    ps.args(["-o", "ignored=", "-p", &std::process::id().to_string()]).env_clear().stdin(std::process::Stdio::null());
    let answer = super::core_dumps::with_own_limit(|| ps.output()).ok()?;
    mask(&String::from_utf8_lossy(&answer.stdout))
}

/// Reads a mask in hexadecimal digits, of which the last ones count. A Rust program ignores SIGPIPE, so a mask without
/// it is of something else.
fn mask(text: &str) -> Option<u64> {
    let digits = text.trim();
    let mask = u64::from_str_radix(digits.get(digits.len().saturating_sub(16)..)?, 16).ok()?;
    (mask & bit(signal_hook::consts::SIGPIPE) != 0).then_some(mask)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_is_taken_only_if_it_is_that_of_a_rust_program() {
        let cases = [
            ("\t0000000000001001\n", Some(0x1001)),
            ("1000", Some(0x1000)),
            ("00000000000000000000000000001001", Some(0x1001)),
            ("0000000000000001", None),
            ("-", None),
            ("", None),
            ("IGNORED", None),
        ];
        for (text, expected) in cases {
            assert_eq!(mask(text), expected, "{text:?}");
        }
    }

    /// Where the kernel and `ps` both say it, they agree; on systems without `/proc` only `ps` does.
    #[test]
    fn ps_says_the_same_as_the_kernel() {
        if let (Some(kernel), true) = (of_kernel(), std::path::Path::new("/bin/ps").exists()) {
            assert_eq!(of_ps(), Some(kernel));
        }
    }
}
