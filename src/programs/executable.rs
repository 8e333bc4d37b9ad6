//! What a program's file is, by its first bytes, as the system reads them.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

/// How much of a file Linux reads to find out what it is. Other systems read more.
const HEAD: usize = 256;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Executable {
    /// A script with the first line `#!INTERPRETER ARGUMENT`.
    Script {
        interpreter: PathBuf,
        argument: Option<OsString>,
    },
    /// A script whose first line is longer than the system reads.
    LongLine,
    /// Text without such a line, which shells run themselves.
    Text,
    Elf(Elf),
    /// What else it is, in words.
    Other(&'static str),
}

/// What a program of Linux and the BSDs needs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Elf {
    /// The number of its kind.
    kind: u64,
    /// The number of the processor.
    pub(super) machine: u64,
    /// Whether the table of its parts is as the system has to find it.
    pub(super) is_regular: bool,
    /// The program that loads it and its libraries.
    pub(super) loader: Option<PathBuf>,
}

/// The beginnings of files that are no text and no program of Linux.
const OTHERS: [(&[u8], &str); 8] = [
    (b"\xcf\xfa\xed\xfe", "a program for macOS"),
    (b"\xce\xfa\xed\xfe", "a program for macOS"),
    (b"\xca\xfe\xba\xbe", "a program for macOS or for Java"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
    (b"\0asm", "a WebAssembly module"),
];

/// What the file is.
pub(super) fn identify(file: &File) -> io::Result<Executable> {
    let mut head = [0; HEAD];
    let mut length = 0;
    while length < HEAD {
        match file.read_at(&mut head[length..], length as u64)? {
            0 => break,
            read => length += read,
        }
    }
    let head = &head[..length];
    if head.starts_with(b"\x7fELF") {
        return Ok(elf(file, head).map_or(Executable::Other("a program that is cut off"), Executable::Elf));
    }
    if let Some(line) = head.strip_prefix(b"#!") {
        return Ok(script(line));
    }
    if let Some((_, what)) = OTHERS.iter().find(|(beginning, _)| head.starts_with(beginning)) {
        return Ok(Executable::Other(what));
    }
    // Shells tell text from other files in the same way.
    let mut first_line = head.split(|byte| *byte == b'\n').next().unwrap_or_default().iter();
    if !first_line.any(|byte| *byte == 0) {
        return Ok(Executable::Text);
    }
    Ok(Executable::Other(if head.starts_with(b"MZ") { "a program for Windows" } else { "no text and no program" }))
}

/// Reads what follows `#!`, up to the end of what the system reads. A null byte ends the line, too.
fn script(rest: &[u8]) -> Executable {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let end = rest.iter().position(|byte| matches!(byte, b'\n' | 0));
    let line = &rest[..end.unwrap_or(rest.len())];
    let start = line.iter().position(|byte| !is_blank(byte)).unwrap_or(line.len());
    let line = &line[start..];
    let name_end = line.iter().position(is_blank);
    // A file that ends here is whole.
    let is_cut = end.is_none() && rest.len() + 2 >= HEAD;
    if cfg!(target_os = "linux") && is_cut && name_end.is_none() {
        return Executable::LongLine;
    }
    let (name, argument) = line.split_at(name_end.unwrap_or(line.len()));
    if name.is_empty() {
        return Executable::Text;
    }
    let argument = OsStr::from_bytes(argument.trim_ascii_start());
    let argument = (!argument.is_empty()).then(|| without_blanks_at_the_end(argument));
    Executable::Script { interpreter: PathBuf::from(OsStr::from_bytes(name)), argument }
}

/// A carriage return is no blank here.
fn without_blanks_at_the_end(text: &OsStr) -> OsString {
    let bytes = text.as_bytes();
    let end = bytes.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |last| last + 1);
    OsStr::from_bytes(&bytes[..end]).to_owned()
}

/// Reads the header, and in the table behind it the name of the loader. `None` if the file ends before.
fn elf(file: &File, head: &[u8]) -> Option<Elf> {
    /// The kind of an entry that names the loader.
    const LOADER: u64 = 3;
    /// More than any program has, in entries and in bytes.
    const MOST: (u64, u64) = (1024, 4096);

    let is_64 = *head.get(4)? == 2;
    let is_big_endian = *head.get(5)? == 2;
    let number = |bytes: &[u8], at: usize, size: usize| {
        let append = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        let bytes = bytes.get(at..at + size)?;
        Some(if is_big_endian { bytes.iter().fold(0, append) } else { bytes.iter().rev().fold(0, append) })
    };
    let (kind, machine) = (number(head, 16, 2)?, number(head, 18, 2)?);
    let (table, size, count) = if is_64 {
        (number(head, 32, 8)?, number(head, 54, 2)?, number(head, 56, 2)?)
    } else {
        (number(head, 28, 4)?, number(head, 42, 2)?, number(head, 44, 2)?)
    };
    let is_regular = count > 0 && size == if is_64 { 56 } else { 32 };
    // What cannot be started may have no such table.
    let count = if is_regular { count.min(MOST.0) } else { 0 };
    for index in 0..count {
        let mut entry = [0; 56];
        let entry = &mut entry[..if is_64 { 56 } else { 32 }];
        file.read_exact_at(entry, table.checked_add(index * size)?).ok()?;
        if number(entry, 0, 4)? == LOADER {
            let (offset, length) = if is_64 {
                (number(entry, 8, 8)?, number(entry, 32, 8)?)
            } else {
                (number(entry, 4, 4)?, number(entry, 16, 4)?)
            };
            let mut name = vec![0; usize::try_from(length.min(MOST.1)).ok()?];
            file.read_exact_at(&mut name, offset).ok()?;
            let name = name.split(|byte| *byte == 0).next()?;
            let loader = Some(PathBuf::from(OsStr::from_bytes(name)));
            return Some(Elf { kind, machine, is_regular, loader });
        }
    }
    Some(Elf { kind, machine, is_regular, loader: None })
}

/// The processors of ELF, as `uname -m` calls them.
const MACHINES: [(u64, &str); 13] = [
    (2, "sparc"),
    (3, "i686"),
    (8, "mips"),
    (0x12, "sparc32plus"),
    (0x14, "ppc"),
    (0x15, "ppc64"),
    (0x16, "s390x"),
    (0x28, "arm"),
    (0x2b, "sparc64"),
    (0x3e, "x86_64"),
    (0xb7, "aarch64"),
    (0xf3, "riscv64"),
    (0x102, "loongarch64"),
];

impl Elf {
    /// What it is, if no system starts it.
    pub(super) fn no_program(&self) -> Option<&'static str> {
        match self.kind {
            1 => Some("an object file"),
            4 => Some("the memory of a program that has crashed"),
            _ => None,
        }
    }

    /// The processor that it is for, if `this`, which `uname -m` has named, is another that does not run it.
    pub(super) fn foreign_machine(&self, this: &str) -> Option<&'static str> {
        let runs = match this {
            "x86_64" | "amd64" => &["x86_64", "i686"][..],
            "aarch64" | "arm64" => &["aarch64", "arm"],
            "riscv64" | "s390x" | "loongarch64" => &[this],
            _ if this.starts_with("arm") => &["arm"],
            _ if this.starts_with('i') && this.ends_with("86") => &["i686"],
            _ if this.starts_with("ppc64") => &["ppc64", "ppc"],
            // Not one of those that are known here.
            _ => return None,
        };
        let name = MACHINES.iter().find(|(number, _)| *number == self.machine);
        let name = name.map_or("another processor", |(_, name)| *name);
        (!runs.contains(&name)).then_some(name)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn identified(content: &[u8]) -> Executable {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        identify(&file).unwrap()
    }

    #[test]
    fn a_first_line_is_read_as_the_system_reads_it() {
        let script = |interpreter: &str, argument: &str| Executable::Script {
            interpreter: interpreter.into(),
            argument: Some(argument).filter(|argument| !argument.is_empty()).map(Into::into),
        };
        let long = |length: usize| format!("#!/{}", "a".repeat(length));
        let cases = [
            ("#!/bin/sh\necho", script("/bin/sh", "")),
            ("#!/bin/sh", script("/bin/sh", "")),
            ("#! \t/bin/sh  -e  x \t\n", script("/bin/sh", "-e  x")),
            ("#!/bin/sh\r\n", script("/bin/sh\r", "")),
            ("#!/usr/bin/env python3\r\n", script("/usr/bin/env", "python3\r")),
            ("#!sh\n", script("sh", "")),
            ("#!/bin/sh\0junk\n", script("/bin/sh", "")),
            ("#!/bin/echo a\0b\n", script("/bin/echo", "a")),
            ("#!\n/bin/sh", Executable::Text),
            ("#!  \n", Executable::Text),
            ("", Executable::Text),
            ("echo\n\0", Executable::Text),
            ("echo\0\n", Executable::Other("no text and no program")),
            ("MZqFpD='\n", Executable::Text),
            ("MZ\u{1}\0", Executable::Other("a program for Windows")),
            ("\x7fELF\u{2}", Executable::Other("a program that is cut off")),
        ];
        for (content, expected) in cases {
            assert_eq!(identified(content.as_bytes()), expected, "{content:?}");
        }
        assert_eq!(identified(long(252).as_bytes()), script(&long(252)[2..], ""));
        if cfg!(target_os = "linux") {
            assert_eq!(identified(long(300).as_bytes()), Executable::LongLine);
            assert_ne!(identified((long(250) + " -e" + &"x".repeat(99)).as_bytes()), Executable::LongLine);
        }
    }

    #[test]
    fn a_program_of_another_processor_is_known_and_one_that_runs_too_is_not_foreign() {
        let cases = [
            (0xb7, "x86_64", Some("aarch64")),
            (3, "x86_64", None),
            (0x3e, "x86_64", None),
            (0x3e, "aarch64", Some("x86_64")),
            (0x28, "aarch64", None),
            (0x28, "armv7l", None),
            (0xb7, "armv7l", Some("aarch64")),
            (0x3e, "i686", Some("x86_64")),
            (0x3e, "loongarch64", Some("x86_64")),
            (0x102, "loongarch64", None),
            (0x102, "x86_64", Some("loongarch64")),
            (0xffff, "x86_64", Some("another processor")),
            (0xffff, "mips", None),
        ];
        for (machine, this, expected) in cases {
            let elf = Elf { kind: 2, machine, is_regular: true, loader: None };
            assert_eq!(elf.foreign_machine(this), expected, "{machine} {this}");
        }
    }
}
