//! The calls of Windows that read and write who may use a file. No crate that is well kept has them with a safe
//! interface; what the bytes mean is in `access_list`, which is safe.
#![allow(unsafe_code, reason = "calls of the system")]

use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::ffi::OsStrExt as _;
use std::os::windows::fs::OpenOptionsExt as _;
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};
use std::path::Path;
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{ERROR_INSUFFICIENT_BUFFER, GENERIC_READ, GENERIC_WRITE, INVALID_HANDLE_VALUE};
use windows_sys::Win32::Security::{
    DACL_SECURITY_INFORMATION, GetKernelObjectSecurity, GetLengthSid, GetTokenInformation, LookupAccountSidW,
    OWNER_SECURITY_INFORMATION, SECURITY_ATTRIBUTES, SetKernelObjectSecurity, TOKEN_QUERY, TOKEN_USER, TokenUser,
};
use windows_sys::Win32::Storage::FileSystem::{
    CREATE_NEW, CreateDirectoryW, CreateFileW, FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT,
    FILE_SHARE_DELETE, FILE_SHARE_READ, FILE_SHARE_WRITE, READ_CONTROL, WRITE_DAC,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use super::access_list::{AccessList, Sid, private};
use super::long_path;

/// The owner and the list of a file or folder. Links are followed.
pub(crate) fn of(path: &Path) -> io::Result<AccessList> {
    of_open(&opened(path)?)
}

pub(crate) fn of_open(file: &File) -> io::Result<AccessList> {
    let descriptor = descriptor(file, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION)?;
    AccessList::read(&bytes_of(&descriptor)).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// Gives a new file the list of another, with what that has from its folder and what it does not take from there.
pub(crate) fn copy(from: &Path, to: &File) -> io::Result<()> {
    // Bits of the descriptor's first word. A list that follows its folder goes on to do so only if that is asked for.
    const FOLLOWS: u32 = 0x0400 << 16;
    const IS_ASKED: u32 = 0x0100 << 16;
    let mut descriptor = descriptor(&opened(from)?, DACL_SECURITY_INFORMATION)?;
    if let Some(first) = descriptor.first_mut().filter(|first| **first & FOLLOWS != 0) {
        *first |= IS_ASKED;
    }
    // SAFETY: the handle is open as long as `to`, and the buffer holds a descriptor, which the system has written.
    succeeded(unsafe {
        SetKernelObjectSecurity(to.as_raw_handle(), DACL_SECURITY_INFORMATION, descriptor.as_mut_ptr().cast())
    })
}

/// Creates a file for this user, the system and its administrators alone. One that is there is an error.
pub(crate) fn create_file(path: &Path) -> io::Result<File> {
    let (name, descriptor) = (wide(path)?, words_of(&private(&user()?, false)));
    let attributes = attributes(&descriptor);
    let share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    let access = GENERIC_READ | GENERIC_WRITE | WRITE_DAC;
    // SAFETY: `name` ends with a zero, and `attributes` leads to `descriptor`; both live as long as the call.
    let handle = unsafe {
        CreateFileW(
            name.as_ptr(),
            access,
            share,
            &raw const attributes,
            CREATE_NEW,
            FILE_FLAG_OPEN_REPARSE_POINT,
            null_mut(),
        )
    };
    if handle == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the handle is open, and nothing else has it.
    Ok(unsafe { File::from_raw_handle(handle) })
}

/// Creates a folder for the same. What is created in it is for them too.
pub(crate) fn create_folder(path: &Path) -> io::Result<()> {
    let (name, descriptor) = (wide(path)?, words_of(&private(&user()?, true)));
    let attributes = attributes(&descriptor);
    // SAFETY: as above.
    succeeded(unsafe { CreateDirectoryW(name.as_ptr(), &raw const attributes) })
}

/// The user of this process.
pub(crate) fn user() -> io::Result<Sid> {
    let mut token = null_mut();
    // SAFETY: the handle of this process is always open, and `token` takes the new one.
    succeeded(unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token) })?;
    // SAFETY: the handle is open, and nothing else has it.
    let token = unsafe { OwnedHandle::from_raw_handle(token) };
    // A user and the longest identifier take 84 bytes. Words of 8 bytes are aligned as pointers are.
    let mut buffer = [0_u64; 16];
    let mut length = 0;
    // SAFETY: the buffer has the size that is given.
    succeeded(unsafe {
        let size = u32::try_from(size_of_val(&buffer)).unwrap_or_default();
        GetTokenInformation(token.as_raw_handle(), TokenUser, buffer.as_mut_ptr().cast(), size, &raw mut length)
    })?;
    // SAFETY: the system has put a TOKEN_USER at the beginning of the buffer, which leads to an identifier in it.
    let bytes = unsafe {
        let sid = (*buffer.as_ptr().cast::<TOKEN_USER>()).User.Sid;
        std::slice::from_raw_parts(sid.cast::<u8>(), GetLengthSid(sid) as usize)
    };
    Sid::read(bytes).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// The name of a user or group, as `BUILTIN\Users`; `None` where the system does not know it.
pub(crate) fn name(sid: &Sid) -> Option<String> {
    let mut words = words_of(sid.bytes());
    let (mut name, mut domain) = ([0_u16; 256], [0_u16; 256]);
    let (mut name_length, mut domain_length, mut kind) = (256, 256, 0);
    // SAFETY: `words` holds an identifier, and the two buffers have the lengths that are given.
    let found = unsafe {
        LookupAccountSidW(
            null(),
            words.as_mut_ptr().cast(),
            name.as_mut_ptr(),
            &raw mut name_length,
            domain.as_mut_ptr(),
            &raw mut domain_length,
            &raw mut kind,
        )
    };
    if found == 0 {
        return None;
    }
    let text =
        |letters: &[u16], length: u32| String::from_utf16_lossy(letters.get(..length as usize).unwrap_or_default());
    let (name, domain) = (text(&name, name_length), text(&domain, domain_length));
    Some(if domain.is_empty() { name } else { format!("{domain}\\{name}") })
}

/// A file or folder, to look at its descriptor.
fn opened(path: &Path) -> io::Result<File> {
    OpenOptions::new().access_mode(READ_CONTROL).custom_flags(FILE_FLAG_BACKUP_SEMANTICS).open(path)
}

fn descriptor(file: &File, parts: u32) -> io::Result<Vec<u32>> {
    let mut words = vec![0_u32; 64];
    loop {
        let (size, mut needed) = (words.len() * 4, 0);
        // SAFETY: the handle is open as long as `file`, and the buffer has the size that is given.
        let is_read = succeeded(unsafe {
            let size = u32::try_from(size).unwrap_or_default();
            GetKernelObjectSecurity(file.as_raw_handle(), parts, words.as_mut_ptr().cast(), size, &raw mut needed)
        });
        match is_read {
            Err(error) if is_too_short(&error) && needed as usize > size => {
                words.resize(needed.div_ceil(4) as usize, 0);
            }
            read => return read.map(|()| words),
        }
    }
}

fn is_too_short(error: &io::Error) -> bool {
    error.raw_os_error().and_then(|code| u32::try_from(code).ok()) == Some(ERROR_INSUFFICIENT_BUFFER)
}

fn attributes(descriptor: &[u32]) -> SECURITY_ATTRIBUTES {
    SECURITY_ATTRIBUTES {
        nLength: u32::try_from(size_of::<SECURITY_ATTRIBUTES>()).unwrap_or_default(),
        lpSecurityDescriptor: descriptor.as_ptr().cast_mut().cast(),
        bInheritHandle: 0,
    }
}

fn succeeded(result: i32) -> io::Result<()> {
    if result == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// A path for the system, which takes long ones only in another form.
fn wide(path: &Path) -> io::Result<Vec<u16>> {
    let path = std::path::absolute(path)?;
    let mut letters = long_path::of(path.as_os_str().encode_wide().collect());
    letters.push(0);
    Ok(letters)
}

/// As words, because the system wants descriptors aligned.
fn words_of(bytes: &[u8]) -> Vec<u32> {
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
    bytes.chunks(4).map(word).collect()
}

fn bytes_of(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}
