//! The line below the search text: how many rows match it, and what the keys do.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// How far the list has got, in the words of aws-sso; empty once it is complete.
#[derive(Default)]
pub(super) struct Progress(Mutex<String>, AtomicBool);

impl Progress {
    pub(super) fn set(&self, text: &str) {
        text.clone_into(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
        self.1.store(true, Ordering::Release);
    }

    /// Whether it has changed since the last time.
    pub(super) fn is_news(&self) -> bool {
        self.1.swap(false, Ordering::AcqRel)
    }

    fn get(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What is counted.
#[derive(Clone, Copy)]
pub(super) struct Counts {
    pub(super) matching: usize,
    pub(super) all: usize,
    pub(super) marked: usize,
}

/// What stands between the search text and the rows: the line, and the names of the columns.
pub(super) struct Status {
    pub(super) progress: Arc<Progress>,
    /// What the keys do, the most useful first: the last ones go where there is no room.
    pub(super) hints: Vec<String>,
    pub(super) separator: &'static str,
    /// The names of the columns.
    pub(super) header: String,
}

impl Status {
    /// Both lines, or what a screen of so few lines has room for beside the rows.
    pub(super) fn text(&self, counts: Counts, width: usize, lines: usize, columns: &str) -> String {
        match lines {
            0..4 => String::new(),
            4 => columns.to_owned(),
            // The line alone is not bold.
            _ => format!("\x1b[22m{}\n{columns}", self.line(counts, width)),
        }
    }

    /// The line, in at most `width` columns. Each of its characters takes one.
    fn line(&self, Counts { matching, all, marked }: Counts, width: usize) -> String {
        let mut line = format!("{matching}/{all}");
        if marked > 0 {
            line.push_str(&format!(" [{marked}]"));
        }
        let progress = self.progress.get();
        let parts = Some(progress.as_str()).filter(|text| !text.is_empty()).into_iter();
        for (number, part) in parts.chain(self.hints.iter().map(String::as_str)).enumerate() {
            let before = if number == 0 { "  " } else { self.separator };
            if line.chars().count() + before.chars().count() + part.chars().count() > width {
                break;
            }
            line.extend([before, part]);
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_that_have_no_room_are_left_out() {
        let counts = Counts { matching: 3, all: 160, marked: 0 };
        let marked = Counts { marked: 2, ..counts };
        let [none, some] = [Arc::<Progress>::default(), Arc::default()];
        some.set("12 of 300 accounts");
        let cases = [
            (counts, &none, 80, "3/160  Enter takes · Esc leaves · ↑↓ moves"),
            (marked, &none, 80, "3/160 [2]  Enter takes · Esc leaves · ↑↓ moves"),
            (counts, &none, 32, "3/160  Enter takes · Esc leaves"),
            (counts, &none, 10, "3/160"),
            (counts, &some, 80, "3/160  12 of 300 accounts · Enter takes · Esc leaves · ↑↓ moves"),
            (counts, &some, 30, "3/160  12 of 300 accounts"),
        ];
        for (counts, progress, width, expected) in cases {
            let hints = ["Enter takes", "Esc leaves", "↑↓ moves"].map(str::to_owned).to_vec();
            let progress = Arc::clone(progress);
            let status = Status { progress, hints, separator: " · ", header: String::new() };
            assert_eq!(status.line(counts, width), expected);
        }
    }
}
