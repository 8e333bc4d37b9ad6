//! Which program listens on a port of this machine that is taken.

#[cfg(target_os = "linux")]
use crate::terminal::clean;

/// The program, such as `python3 (process 4242)`; `None` where the system does not show it to this user.
#[cfg(target_os = "linux")]
pub(crate) fn of(port: u16) -> Option<String> {
    use std::fs;

    let inodes = listeners(port);
    let processes = fs::read_dir("/proc").ok()?.flatten();
    let mut ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let holds = |id: &u32| {
        let files = fs::read_dir(format!("/proc/{id}/fd")).into_iter().flatten().flatten();
        let mut links = files.filter_map(|file| fs::read_link(file.path()).ok());
        links.any(|link| inodes.iter().any(|inode| link.as_os_str() == inode.as_str()))
    };
    let id = ids.find(holds)?;
    let name = fs::read_to_string(format!("/proc/{id}/comm")).ok()?;
    Some(format!("{} (process {id})", clean(name.trim())))
}

/// The sockets that listen on this port, as `/proc` names open files.
#[cfg(target_os = "linux")]
fn listeners(port: u16) -> Vec<String> {
    const LISTENING: &str = "0A";
    let tables = ["/proc/self/net/tcp", "/proc/self/net/tcp6"].map(std::fs::read_to_string).into_iter().flatten();
    let end = format!(":{port:04X}");
    let inode = |line: &str| {
        let fields: Vec<_> = line.split_ascii_whitespace().collect();
        let is_it = fields.get(1)?.ends_with(&end) && *fields.get(3)? == LISTENING;
        is_it.then(|| fields.get(9).map(|inode| format!("socket:[{inode}]"))).flatten()
    };
    tables.flat_map(|table| table.lines().filter_map(inode).collect::<Vec<_>>()).collect()
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn of(_port: u16) -> Option<String> {
    None
}
