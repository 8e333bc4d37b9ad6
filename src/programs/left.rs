//! What a program that has ended left running: processes of its group, and others that hold its output open.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::group::has_members;
use super::pipe::HeldPipe;
use crate::environment;
use crate::terminal::clean;

/// What a program left running.
#[derive(Debug)]
pub(crate) struct Left {
    /// The group of the program, if processes of it are left.
    pub(crate) group: Option<u32>,
    /// The pipes of its output that are still open.
    pipes: Vec<HeldPipe>,
}

impl Left {
    /// What a program has left, if that is anything.
    pub(crate) fn of(group: Option<u32>, pipes: Vec<HeldPipe>) -> Option<Self> {
        (group.is_some() || !pipes.is_empty()).then_some(Self { group, pipes })
    }

    pub(crate) fn holds_output(&self) -> bool {
        !self.pipes.is_empty()
    }

    /// What of it still runs, and how it is ended; nothing if it has ended meanwhile.
    pub(crate) fn described(&self, processes: &Processes) -> Option<String> {
        let group = self.group.filter(|group| processes.are_in(*group));
        let others = processes.holding(self);
        if group.is_none() && others.is_empty() {
            let may_run = self.holds_output() && !processes.are_known();
            return may_run.then(|| "left something running that holds its output open".to_owned());
        }
        let members = group.iter().flat_map(|group| processes.of(*group)).chain(others.iter().copied());
        let names: Vec<_> = members.map(|process| format!("{} ({})", clean(&process.name), process.id)).collect();
        let names = if names.is_empty() { "something".to_owned() } else { names.join(", ") };
        let end = end(group, &others.iter().map(|process| process.id).collect::<Vec<_>>());
        Some(format!("left {names} running; to end that, run: {end}"))
    }
}

/// The command that ends a group, and other processes.
#[cfg(unix)]
fn end(group: Option<u32>, others: &[u32]) -> String {
    let group = group.map(|group| format!("-- -{group}"));
    environment::kill(group.into_iter().chain(others.iter().map(u32::to_string)))
}

#[cfg(windows)]
fn end(group: Option<u32>, others: &[u32]) -> String {
    let members = group.map(super::group::members).unwrap_or_default();
    environment::kill(members.iter().chain(others))
}

/// A running process.
#[derive(Debug)]
struct Process {
    id: u32,
    name: String,
    group: u32,
    pipes: Vec<u64>,
}

#[cfg(any(target_os = "linux", target_os = "android"))]
impl Process {
    /// The process with this id, unless it has ended. This one is left out: it reads the pipes.
    fn of(id: u32, with_pipes: bool) -> Option<Self> {
        let folder = std::path::Path::new("/proc").join(id.to_string());
        let stat = std::fs::read_to_string(folder.join("stat")).ok().filter(|_| id != std::process::id())?;
        // The name may hold blanks and brackets.
        let (name, fields) = stat.split_once('(')?.1.rsplit_once(')')?;
        let mut fields = fields.split_whitespace();
        let state = fields.next()?;
        let group = fields.nth(1)?.parse().ok()?;
        if matches!(state, "Z" | "X") {
            return None;
        }
        let files = with_pipes.then(|| std::fs::read_dir(folder.join("fd")).ok()).flatten();
        let links = files.into_iter().flatten().flatten().filter_map(|file| std::fs::read_link(file.path()).ok());
        let pipes = links.filter_map(|link| link.to_str()?.strip_prefix("pipe:[")?.strip_suffix(']')?.parse().ok());
        Some(Self { id, name: name.to_owned(), group, pipes: pipes.collect() })
    }
}

/// The processes of the system, where it lists them.
#[derive(Debug, Default)]
pub(crate) struct Processes(Option<Vec<Process>>);

impl Processes {
    /// Those that ran at this moment or later. Many ask at the same time, so one answer is for all of them.
    pub(crate) fn since(moment: Instant) -> Arc<Self> {
        static LAST: Mutex<Option<(Instant, Arc<Processes>)>> = Mutex::new(None);
        let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, processes)) = &*last
            && *at >= moment
        {
            return Arc::clone(processes);
        }
        let now = Instant::now();
        let processes = Arc::new(Self::now(false));
        *last = Some((now, Arc::clone(&processes)));
        processes
    }

    /// Those that run now, and which pipes they have open, if that is asked for. Without `/proc`, as in some `chroot`,
    /// its folder has not even this process.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(crate) fn now(with_pipes: bool) -> Self {
        let Ok(entries) = std::fs::read_dir("/proc") else { return Self(None) };
        let ids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let ids: Vec<u32> = ids.collect();
        let is_known = ids.contains(&std::process::id());
        Self(is_known.then(|| ids.into_iter().filter_map(|id| Process::of(id, with_pipes)).collect()))
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    pub(crate) fn now(_with_pipes: bool) -> Self {
        Self(None)
    }

    fn are_known(&self) -> bool {
        self.0.is_some()
    }

    fn of(&self, group: u32) -> impl Iterator<Item = &Process> {
        self.0.iter().flatten().filter(move |process| process.group == group)
    }

    /// Whether there are any in the group. A zombie, which nobody has waited for, is none.
    pub(crate) fn are_in(&self, group: u32) -> bool {
        if self.are_known() { self.of(group).next().is_some() } else { has_members(group) }
    }

    /// The processes that hold the output open, outside of the group.
    fn holding(&self, left: &Left) -> Vec<&Process> {
        let is_held = |process: &&Process| {
            Some(process.group) != left.group && left.pipes.iter().any(|pipe| process.pipes.contains(&pipe.inode))
        };
        self.0.iter().flatten().filter(is_held).collect()
    }
}
