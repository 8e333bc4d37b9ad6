//! Groups: a program and everything that it starts, which a signal reaches together.

#[cfg(unix)]
pub(crate) use unix::{EndWithUs, apart, has_members, kill, own_group, pass, start_outside};
#[cfg(windows)]
pub(crate) use windows::{EndWithUs, apart, gather, has_members, kill, members, own_group, pass, start_outside};

/// Groups of processes, which signals reach.
#[cfg(unix)]
mod unix {
    use std::io;
    use std::os::unix::process::CommandExt as _;
    use std::process::{Child, Command};

    use rustix::process::{Pid, kill_process_group, test_kill_process_group};

    use super::super::core_dumps;
    use super::super::signal::Signal;

    /// Makes the command lead a group of its own, to which signals are passed on.
    pub(crate) fn own_group(command: &mut Command) {
        command.process_group(0);
    }

    /// Keeps Ctrl-C on the terminal from the command.
    pub(crate) fn apart(command: &mut Command) {
        own_group(command);
    }

    /// Passes a signal on to the group that the process with this id leads.
    pub(crate) fn pass(leader: Option<u32>, signal: Signal) {
        use rustix::process::Signal as Number;
        let number = match signal {
            Signal::Interrupt => Number::INT,
            Signal::Terminate => Number::TERM,
            Signal::HangUp => Number::HUP,
            Signal::Quit => Number::QUIT,
        };
        send(leader, number);
    }

    /// Ends the group at once.
    pub(crate) fn kill(leader: Option<u32>) {
        send(leader, rustix::process::Signal::KILL);
    }

    fn send(leader: Option<u32>, number: rustix::process::Signal) {
        if let Some(group) = leader.and_then(group) {
            // It may have ended meanwhile. One that is stopped gets no other signal before it continues.
            let _ = kill_process_group(group, number);
            let _ = kill_process_group(group, rustix::process::Signal::CONT);
        }
    }

    fn group(leader: u32) -> Option<Pid> {
        i32::try_from(leader).ok().and_then(Pid::from_raw)
    }

    /// Whether processes of the group are left, also ones that this user may not end.
    pub(crate) fn has_members(leader: u32) -> bool {
        let tested = group(leader).map(test_kill_process_group);
        tested.is_some_and(|tested| tested.is_ok() || tested == Err(rustix::io::Errno::PERM))
    }

    /// Starts a program that may outlast all others, and keeps Ctrl-C from it.
    pub(crate) fn start_outside(command: &mut Command) -> io::Result<Child> {
        apart(command);
        core_dumps::start(command)
    }

    /// A signal ends what this process has started, or reaches it through the terminal: there is nothing to prepare.
    pub(crate) struct EndWithUs(());

    impl EndWithUs {
        pub(crate) fn begin() -> Self {
            Self(())
        }
    }
}

/// Job objects. Ctrl-C reaches every program of a console by itself.
#[cfg(windows)]
mod windows {
    use std::collections::BTreeMap;
    use std::io;
    use std::os::windows::process::CommandExt as _;
    use std::process::{Child, Command};
    use std::sync::{Mutex, MutexGuard, PoisonError};

    use tokio::process::Child as Leader;

    use super::super::core_dumps;
    use super::super::signal::Signal;
    use crate::windows::job::Job;

    /// A console of its own, without a window.
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    const CREATE_BREAKAWAY_FROM_JOB: u32 = 0x0100_0000;

    /// The jobs, by the process with which each began.
    static JOBS: Mutex<BTreeMap<u32, Job>> = Mutex::new(BTreeMap::new());

    fn jobs() -> MutexGuard<'static, BTreeMap<u32, Job>> {
        JOBS.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn own_group(_command: &mut Command) {}

    /// Makes a process lead a group: all that it starts from now on belongs to it.
    pub(crate) fn gather(leader: &Leader) {
        let Some(id) = leader.id() else { return };
        match Job::of(leader) {
            Ok(job) => drop(jobs().insert(id, job)),
            Err(error) => tracing::debug!("process {id} has no job object: {error}"),
        }
    }

    /// Keeps Ctrl-C on the console from the command.
    pub(crate) fn apart(command: &mut Command) {
        command.creation_flags(CREATE_NO_WINDOW);
    }

    /// The same for a program that may outlast all others: it is of no job.
    pub(crate) fn start_outside(command: &mut Command) -> io::Result<Child> {
        command.creation_flags(CREATE_NO_WINDOW | CREATE_BREAKAWAY_FROM_JOB);
        match core_dumps::start(command) {
            // The job of another program may keep all that it starts.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                apart(command);
                core_dumps::start(command)
            }
            started => started,
        }
    }

    pub(crate) fn pass(_leader: Option<u32>, _signal: Signal) {}

    /// Ends the group at once.
    pub(crate) fn kill(leader: Option<u32>) {
        if let Some(job) = leader.and_then(|leader| jobs().remove(&leader)) {
            job.kill();
        }
    }

    pub(crate) fn has_members(leader: u32) -> bool {
        !members(leader).is_empty()
    }

    /// The processes of the group that run.
    pub(crate) fn members(leader: u32) -> Vec<u32> {
        jobs().get(&leader).map(Job::processes).unwrap_or_default()
    }

    /// Until this is dropped, the programs that this process starts end with it, in whatever way it ends.
    #[must_use = "when this is dropped, programs outlast this process"]
    pub(crate) struct EndWithUs(Option<Job>);

    impl EndWithUs {
        pub(crate) fn begin() -> Self {
            let job = Job::of_this_process().and_then(|job| job.end_with_us(true).map(|()| job));
            Self(job.inspect_err(|error| tracing::debug!("there is no job object: {error}")).ok())
        }
    }

    impl Drop for EndWithUs {
        /// A program that has ended by itself may have left another one running on purpose.
        fn drop(&mut self) {
            let _ = self.0.as_ref().map(|job| job.end_with_us(false));
        }
    }
}
