//! Job objects: processes, and all that they start, which end together.
//!
//! The crates with a safe interface bring the `windows` crate and ten more, some of them in a second version.
#![allow(unsafe_code, reason = "calls of the system")]

use std::io;
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle, RawHandle};
use std::ptr::{from_mut, from_ref, null, null_mut};

use tokio::process::Child;
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_BREAKAWAY_OK, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOBOBJECT_BASIC_PROCESS_ID_LIST, JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectBasicProcessIdList,
    JobObjectExtendedLimitInformation, QueryInformationJobObject, SetInformationJobObject, TerminateJobObject,
};
use windows_sys::Win32::System::Threading::GetCurrentProcess;

/// A job object, which ends nothing when this is dropped.
#[derive(Debug)]
pub(crate) struct Job(OwnedHandle);

fn checked(done: i32) -> io::Result<()> {
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn size_of_u32<T>() -> u32 {
    u32::try_from(size_of::<T>()).unwrap_or_default()
}

impl Job {
    /// A job of this process and of all that it starts from now on.
    pub(crate) fn of_this_process() -> io::Result<Self> {
        // SAFETY: it takes nothing, and what it returns is no handle that must be closed.
        Self::new()?.with(unsafe { GetCurrentProcess() })
    }

    /// A job of a process that this one has started, and of all that it starts from now on.
    pub(crate) fn of(process: &Child) -> io::Result<Self> {
        Self::new()?.with(process.raw_handle().ok_or(io::ErrorKind::NotFound)?)
    }

    fn new() -> io::Result<Self> {
        // SAFETY: both pointers may be null, for a job that has no name and that no other program can open.
        let handle = unsafe { CreateJobObjectW(null(), null()) };
        if handle.is_null() {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the handle is a new one, and nothing else closes it.
        Ok(Self(unsafe { OwnedHandle::from_raw_handle(handle) }))
    }

    fn with(self, process: RawHandle) -> io::Result<Self> {
        // SAFETY: both callers have the handle of a process that is open during the call.
        checked(unsafe { AssignProcessToJobObject(self.0.as_raw_handle(), process) })?;
        Ok(self)
    }

    /// Whether its processes are ended when this process ends, in whatever way. A program that is started to break away
    /// is never of the job.
    pub(crate) fn end_with_us(&self, ends: bool) -> io::Result<()> {
        let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
        limits.BasicLimitInformation.LimitFlags =
            JOB_OBJECT_LIMIT_BREAKAWAY_OK | if ends { JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE } else { 0 };
        let size = size_of_u32::<JOBOBJECT_EXTENDED_LIMIT_INFORMATION>();
        // SAFETY: the handle is open, and the pointer is that of the structure of this class, of this size.
        checked(unsafe {
            SetInformationJobObject(
                self.0.as_raw_handle(),
                JobObjectExtendedLimitInformation,
                from_ref(&limits).cast(),
                size,
            )
        })
    }

    /// Ends its processes at once.
    pub(crate) fn kill(&self) {
        // SAFETY: the handle is open.
        unsafe { TerminateJobObject(self.0.as_raw_handle(), 1) };
    }

    /// The processes that run, or the first few of them.
    pub(crate) fn processes(&self) -> Vec<u32> {
        /// More than are worth a line.
        const MOST: usize = 32;
        #[repr(C)]
        struct List {
            head: JOBOBJECT_BASIC_PROCESS_ID_LIST,
            rest: [usize; MOST - 1],
        }
        let mut list = List { head: JOBOBJECT_BASIC_PROCESS_ID_LIST::default(), rest: [0; MOST - 1] };
        // SAFETY: the handle is open; the pointer is that of a structure of this size, which begins with the one of
        // this class and goes on with room for more numbers. With too little room the first of them are written.
        unsafe {
            QueryInformationJobObject(
                self.0.as_raw_handle(),
                JobObjectBasicProcessIdList,
                from_mut(&mut list).cast(),
                size_of_u32::<List>(),
                null_mut(),
            );
        }
        let ids = list.head.ProcessIdList.into_iter().chain(list.rest);
        let count = usize::try_from(list.head.NumberOfProcessIdsInList).unwrap_or_default();
        ids.take(count).filter_map(|id| u32::try_from(id).ok()).collect()
    }
}
