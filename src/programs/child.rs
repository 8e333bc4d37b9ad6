//! A program that this one has started, the pipes to it, and its end.

pub(crate) use system::Child;

#[cfg(unix)]
mod system {
    use std::fs::File;
    use std::io::{self, pipe};
    use std::os::fd::OwnedFd;
    use std::process::{self, Command, ExitStatus};

    #[cfg(any(target_os = "linux", target_os = "android"))]
    use tokio::io::{Interest, unix::AsyncFd};
    use tokio::process::{ChildStderr, ChildStdin, ChildStdout};
    use tokio::signal::unix::{Signal, SignalKind, signal};

    use super::super::core_dumps;
    use super::super::descriptors::{lifted, lowered, reserve};

    /// A started program. It is not ended when this is dropped.
    #[derive(Debug)]
    pub(crate) struct Child {
        pub(crate) stdin: Option<ChildStdin>,
        pub(crate) stdout: Option<ChildStdout>,
        pub(crate) stderr: Option<ChildStderr>,
        process: process::Child,
        end: End,
    }

    /// What tells that a child has ended.
    #[derive(Debug)]
    enum End {
        /// A handle of the process.
        #[cfg(any(target_os = "linux", target_os = "android"))]
        Handle(AsyncFd<OwnedFd>),
        /// The end of any child.
        Signal(Signal),
    }

    impl Child {
        /// Starts the command, whose output comes through pipes, as does its input if it `has_input`; else none.
        ///
        /// Errors: it has not started. What could fail after that has no part in this, so that the command can be
        /// started again without running twice.
        pub(crate) fn start(command: Command, has_input: bool) -> io::Result<Self> {
            let started = Self::with_pipes(command, has_input);
            reserve();
            started
        }

        fn with_pipes(mut command: Command, has_input: bool) -> io::Result<Self> {
            let mut stdin = None;
            if has_input {
                let (reader, writer) = pipe()?;
                stdin = Some(ChildStdin::from_std(lifted(OwnedFd::from(writer)).into())?);
                command.stdin(lowered(reader.into())?);
            } else {
                command.stdin(lowered(File::open("/dev/null")?.into())?);
            }
            let (stdout, writer) = pipe()?;
            let stdout = ChildStdout::from_std(lifted(OwnedFd::from(stdout)).into())?;
            command.stdout(lowered(writer.into())?);
            let (stderr, writer) = pipe()?;
            let stderr = ChildStderr::from_std(lifted(OwnedFd::from(stderr)).into())?;
            command.stderr(lowered(writer.into())?);
            // From now on no end is missed.
            let signal = signal(SignalKind::child())?;
            let process = core_dumps::start(&mut command)?;
            let end = handle(&process).unwrap_or(End::Signal(signal));
            Ok(Self { stdin, stdout: Some(stdout), stderr: Some(stderr), process, end })
        }

        #[allow(clippy::unnecessary_wraps, reason = "elsewhere a child that has ended has none")]
        pub(crate) fn id(&self) -> Option<u32> {
            Some(self.process.id())
        }

        /// Waits for its end.
        pub(crate) async fn wait(&mut self) -> io::Result<ExitStatus> {
            loop {
                if let Some(status) = self.process.try_wait()? {
                    return Ok(status);
                }
                match &mut self.end {
                    #[cfg(any(target_os = "linux", target_os = "android"))]
                    End::Handle(handle) => handle.readable().await?.clear_ready(),
                    End::Signal(signal) => {
                        signal.recv().await;
                    }
                }
            }
        }
    }

    /// Its handle; none on an old kernel, or in a container that forbids it.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    #[allow(deprecated, reason = "what replaces with_interest is unsafe, for types that this is not")]
    fn handle(process: &process::Child) -> Option<End> {
        use rustix::process::{Pid, PidfdFlags, pidfd_open};
        let handle = pidfd_open(Pid::from_child(process), PidfdFlags::empty()).ok()?;
        AsyncFd::with_interest(lifted(handle), Interest::READABLE).ok().map(End::Handle)
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn handle(_process: &process::Child) -> Option<End> {
        None
    }
}

#[cfg(windows)]
mod system {
    use std::io;
    use std::process::{Command, ExitStatus, Stdio};

    use tokio::process::{self, ChildStderr, ChildStdin, ChildStdout};

    use super::super::{core_dumps, group};

    /// A started program. It is not ended when this is dropped.
    #[derive(Debug)]
    pub(crate) struct Child {
        pub(crate) stdin: Option<ChildStdin>,
        pub(crate) stdout: Option<ChildStdout>,
        pub(crate) stderr: Option<ChildStderr>,
        process: process::Child,
    }

    impl Child {
        /// Starts the command, whose output comes through pipes, as does its input if it `has_input`; else none.
        pub(crate) fn start(mut command: Command, has_input: bool) -> io::Result<Self> {
            command.stdin(if has_input { Stdio::piped() } else { Stdio::null() });
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut process = core_dumps::with_own_limit(|| process::Command::from(command).spawn())?;
            group::gather(&process);
            let (stdin, stdout, stderr) = (process.stdin.take(), process.stdout.take(), process.stderr.take());
            Ok(Self { stdin, stdout, stderr, process })
        }

        pub(crate) fn id(&self) -> Option<u32> {
            self.process.id()
        }

        /// Waits for its end.
        pub(crate) async fn wait(&mut self) -> io::Result<ExitStatus> {
            self.process.wait().await
        }
    }
}
