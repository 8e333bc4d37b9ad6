//! Who may use a file or folder, as Windows keeps it: a security descriptor, whose access control list names users and
//! groups. It is read and written here as the bytes that the system gives and takes.
#![cfg_attr(not(windows), allow(dead_code, reason = "elsewhere only the tests use it"))]

use std::fmt;

/// Reading a file, or the right to take that right.
pub(crate) const READ: u32 = 0x1 | TAKE;
/// Changing or deleting a file, or the right to take that right.
pub(crate) const CHANGE: u32 = 0x2 | 0x4 | DELETE | TAKE;
/// Replacing the files of a folder: adding one, deleting any, or the right to take these rights.
pub(crate) const REPLACE: u32 = 0x2 | 0x40 | DELETE | TAKE;

const DELETE: u32 = 0x0001_0000;
/// Changing the list, or the owner.
const TAKE: u32 = 0x000c_0000;
const ALL: u32 = 0x001f_01ff;
/// Rights that stand for others, and those for which they stand with files.
const GENERIC: [(u32, u32); 4] =
    [(0x1000_0000, ALL), (0x2000_0000, 0x0012_00a0), (0x4000_0000, 0x0012_0116), (0x8000_0000, 0x0012_0089)];

/// A user, a group, or a part of the system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sid(Vec<u8>);

impl Sid {
    /// `None` if these bytes do not begin with one.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let parts = usize::from(*bytes.get(1)?);
        Some(Self(bytes.get(..8 + 4 * parts)?.to_vec()))
    }

    /// `S-1-5-…`: an identifier of the system's own authority for most, 1 for Everyone.
    fn known(authority: u8, parts: &[u32]) -> Self {
        let mut bytes = vec![1, u8::try_from(parts.len()).unwrap_or_default(), 0, 0, 0, 0, 0, authority];
        bytes.extend(parts.iter().flat_map(|part| part.to_le_bytes()));
        Self(bytes)
    }

    fn system() -> Self {
        Self::known(5, &[18])
    }

    fn administrators() -> Self {
        Self::known(5, &[32, 544])
    }

    pub(crate) fn everyone() -> Self {
        Self::known(1, &[0])
    }

    /// What any owner may do, and what the creator of a file in the folder gets.
    fn of_owners() -> [Self; 2] {
        [Self::known(3, &[0]), Self::known(3, &[4])]
    }

    /// A program in a sandbox of Windows: it needs these rights beside those of its user.
    fn is_of_app(&self) -> bool {
        self.0.get(2..8) == Some(&[0, 0, 0, 0, 0, 15])
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (head, parts) = self.0.split_at(8.min(self.0.len()));
        let authority = head.iter().skip(2).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        write!(f, "S-1-{authority}")?;
        parts.chunks_exact(4).try_for_each(|part| write!(f, "-{}", number(part, 0).unwrap_or_default()))
    }
}

/// The owner of a file or folder, and its list.
#[derive(Debug)]
pub(crate) struct AccessList {
    owner: Sid,
    /// `None`: no list, so that everybody may do everything.
    entries: Option<Vec<Entry>>,
}

#[derive(Debug)]
struct Entry {
    is_allowed: bool,
    who: Sid,
    rights: u32,
}

impl AccessList {
    /// Reads a descriptor in one piece; `None` if these bytes are none.
    pub(crate) fn read(descriptor: &[u8]) -> Option<Self> {
        const HAS_LIST: u16 = 0x4;
        let control = u16::from_le_bytes([*descriptor.get(2)?, *descriptor.get(3)?]);
        let at = |offset: usize| descriptor.get(number(descriptor, offset)?.try_into().ok()?..);
        let owner = Sid::read(at(4)?)?;
        let has_list = control & HAS_LIST != 0 && number(descriptor, 16)? != 0;
        let entries = if has_list { Some(entries(at(16)?)?) } else { None };
        Some(Self { owner, entries })
    }

    /// Its owner, if that is neither this user nor one who administers the machine.
    pub(crate) fn foreign_owner(&self, user: &Sid) -> Option<&Sid> {
        Some(&self.owner).filter(|owner| ![user, &Sid::system(), &Sid::administrators()].contains(owner))
    }

    pub(crate) fn has_same_owner(&self, other: &Self) -> bool {
        self.owner == other.owner
    }

    /// Those who have one of these rights, but for this user and for those who administer the machine.
    pub(crate) fn others(&self, user: &Sid, rights: u32) -> Vec<Sid> {
        let Some(entries) = &self.entries else { return vec![Sid::everyone()] };
        let [creator, owner] = Sid::of_owners();
        let trusted = [user.clone(), Sid::system(), Sid::administrators(), creator, owner];
        let mut found = Vec::new();
        for (at, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.is_allowed) {
            // What is denied counts only if it stands before what is allowed.
            let denied = entries[..at].iter().filter(|other| !other.is_allowed);
            let denied = denied.filter(|other| other.who == entry.who || other.who == Sid::everyone());
            let left = denied.fold(entry.rights, |left, other| left & !other.rights);
            let is_other = !trusted.contains(&entry.who) && !entry.who.is_of_app();
            if left & rights != 0 && is_other && !found.contains(&entry.who) {
                found.push(entry.who.clone());
            }
        }
        found
    }
}

/// The entries for the file or folder itself; others are only for what is created in a folder.
fn entries(list: &[u8]) -> Option<Vec<Entry>> {
    const FOR_OTHERS: u8 = 0x8;
    let count = u16::from_le_bytes([*list.get(4)?, *list.get(5)?]);
    let mut rest = list.get(8..)?;
    let mut entries = Vec::new();
    for _ in 0..count {
        let (kind, flags) = (*rest.first()?, *rest.get(1)?);
        let size = usize::from(u16::from_le_bytes([*rest.get(2)?, *rest.get(3)?]));
        // One with a condition may hold.
        let is_allowed = match kind {
            0 | 9 => Some(true),
            1 => Some(false),
            _ => None,
        };
        if let Some(is_allowed) = is_allowed.filter(|_| flags & FOR_OTHERS == 0) {
            entries.push(Entry { is_allowed, who: Sid::read(rest.get(8..size)?)?, rights: meant(number(rest, 4)?) });
        }
        rest = rest.get(size.max(8)..)?;
    }
    Some(entries)
}

/// The rights of files that these rights stand for.
fn meant(rights: u32) -> u32 {
    GENERIC.iter().filter(|(generic, _)| rights & generic != 0).fold(rights, |rights, (_, meant)| rights | meant)
}

/// The descriptor of a new file or folder for this user, the system and its administrators alone. It takes nothing from
/// the folder above. What is created in a folder gets the same list.
pub(crate) fn private(user: &Sid, is_folder: bool) -> Vec<u8> {
    // An own list, which takes nothing from above, all in one piece.
    const CONTROL: u16 = 0x4 | 0x1000 | 0x8000;
    const FOR_FILES_AND_FOLDERS: u8 = 0x3;
    let mut entries = Vec::new();
    let who = [user.clone(), Sid::system(), Sid::administrators()];
    for sid in &who {
        entries.extend([0, if is_folder { FOR_FILES_AND_FOLDERS } else { 0 }]);
        entries.extend(length(8 + sid.0.len()));
        entries.extend(ALL.to_le_bytes());
        entries.extend(&sid.0);
    }
    let mut descriptor = vec![1, 0];
    descriptor.extend(CONTROL.to_le_bytes());
    // Neither an owner nor a group, which the system adds, nor a list of what is recorded.
    descriptor.extend([0; 12]);
    descriptor.extend(20_u32.to_le_bytes());
    descriptor.extend([2, 0]);
    descriptor.extend(length(8 + entries.len()));
    descriptor.extend(length(who.len()));
    descriptor.extend([0; 2]);
    descriptor.extend(entries);
    descriptor
}

fn length(of: usize) -> [u8; 2] {
    u16::try_from(of).unwrap_or_default().to_le_bytes()
}

fn number(bytes: &[u8], offset: usize) -> Option<u32> {
    let bytes = bytes.get(offset..offset + 4)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: u32 = ALL;
    const READ_AND_RUN: u32 = 0x0012_00a9;
    const MODIFY: u32 = 0x0013_01bf;

    fn user() -> Sid {
        Sid::known(5, &[21, 1, 2, 3, 1001])
    }

    /// An entry of a list: its kind, flags and rights, and whom it is for.
    type Raw = (u8, u8, u32, Sid);

    /// A descriptor as the system gives it.
    fn descriptor(owner: &Sid, entries: Option<&[Raw]>) -> Vec<u8> {
        let mut list = Vec::new();
        for (kind, flags, rights, who) in entries.unwrap_or_default() {
            list.extend([*kind, *flags]);
            list.extend(length(8 + who.0.len()));
            list.extend(rights.to_le_bytes());
            list.extend(&who.0);
        }
        let mut bytes = vec![1, 0, 4, 0x80];
        let at = if entries.is_some() { 20 + owner.0.len() } else { 0 };
        for offset in [20, 0, 0, at] {
            bytes.extend(u32::try_from(offset).unwrap().to_le_bytes());
        }
        bytes.extend(&owner.0);
        if let Some(entries) = entries {
            bytes.extend([2, 0]);
            bytes.extend(length(8 + list.len()));
            bytes.extend(length(entries.len()));
            bytes.extend([0, 0]);
            bytes.extend(list);
        }
        bytes
    }

    fn names(sids: &[Sid]) -> Vec<String> {
        sids.iter().map(Sid::to_string).collect()
    }

    #[test]
    fn those_are_found_who_can_use_a_file_beside_its_user_and_the_administrators() {
        let (system, administrators) = (Sid::system(), Sid::administrators());
        let (everyone, users, bob) = (Sid::everyone(), Sid::known(5, &[32, 545]), Sid::known(5, &[21, 1, 2, 3, 1002]));
        let [creator, owner_rights] = Sid::of_owners();
        let app = Sid::known(15, &[2, 1]);
        let own = [(0, 0x10, FULL, system), (0, 0x10, FULL, administrators), (0, 0x10, FULL, user())];
        // Entries beside these three, and who can read, change and replace.
        let cases: [(&[Raw], [&str; 3]); 13] = [
            (&[], ["", "", ""]),
            (&[(0, 0, READ_AND_RUN, everyone.clone())], ["S-1-1-0", "", ""]),
            (&[(0, 0x10, READ_AND_RUN, users.clone())], ["S-1-5-32-545", "", ""]),
            (&[(0, 0, MODIFY, bob.clone())], ["S-1-5-21-1-2-3-1002"; 3]),
            // What every user may find out, and to run programs.
            (&[(0, 0, 0x0012_0088, everyone.clone()), (0, 0, 0x2000_0000, users.clone())], ["", "", ""]),
            (&[(0, 0, 0x8000_0000, everyone.clone())], ["S-1-1-0", "", ""]),
            (&[(0, 0, 0x4000_0000, everyone.clone())], ["", "S-1-1-0", "S-1-1-0"]),
            (&[(0, 0, 0x1000_0000, everyone.clone())], ["S-1-1-0"; 3]),
            // To change the list is to do anything.
            (&[(0, 0, 0x0004_0000, bob.clone())], ["S-1-5-21-1-2-3-1002"; 3]),
            // Entries for what is created in a folder, for owners and for sandboxes.
            (&[(0, 0xb, FULL, everyone.clone()), (0, 0, FULL, creator), (0, 0, FULL, owner_rights)], ["", "", ""]),
            (&[(0, 0, FULL, app)], ["", "", ""]),
            // What is denied first is not allowed; a condition may hold.
            (&[(1, 0, FULL, bob.clone()), (0, 0, FULL, bob.clone())], ["", "", ""]),
            (&[(9, 0, READ_AND_RUN, bob)], ["S-1-5-21-1-2-3-1002", "", ""]),
        ];
        for (more, expected) in cases {
            let all = [more, &own].concat();
            let list = AccessList::read(&descriptor(&user(), Some(&all))).unwrap();
            let found = [READ, CHANGE, REPLACE].map(|rights| names(&list.others(&user(), rights)).join(" "));
            assert_eq!(found, expected, "{more:?}");
        }
        let list = AccessList::read(&descriptor(&user(), None)).unwrap();
        assert_eq!(names(&list.others(&user(), READ)), ["S-1-1-0"], "no list");
        let list = AccessList::read(&descriptor(&user(), Some(&[]))).unwrap();
        assert_eq!(names(&list.others(&user(), READ)), [""; 0], "a list without an entry");
    }

    #[test]
    fn a_file_of_this_user_or_of_an_administrator_is_not_foreign() {
        let bob = Sid::known(5, &[21, 1, 2, 3, 1002]);
        for (owner, is_foreign) in
            [(user(), false), (Sid::system(), false), (Sid::administrators(), false), (bob.clone(), true)]
        {
            let list = AccessList::read(&descriptor(&owner, Some(&[]))).unwrap();
            assert_eq!(list.foreign_owner(&user()).is_some(), is_foreign, "{owner}");
        }
    }

    #[test]
    fn the_list_of_a_new_file_lets_nobody_else_in() {
        for is_folder in [false, true] {
            let mut bytes = private(&user(), is_folder);
            // The system adds the owner.
            let at = u32::try_from(bytes.len()).unwrap();
            bytes.splice(4..8, at.to_le_bytes());
            bytes.extend(user().bytes());
            let list = AccessList::read(&bytes).unwrap();
            assert_eq!(names(&list.others(&user(), ALL)), [""; 0]);
            let other = Sid::known(5, &[21, 9]);
            assert_eq!(names(&list.others(&other, ALL)), [user().to_string()]);
            assert_eq!(list.entries.unwrap().len(), 3);
        }
    }

    #[test]
    fn bytes_that_are_cut_off_are_no_descriptor() {
        let whole = descriptor(&user(), Some(&[(0, 0, FULL, user())]));
        assert!(AccessList::read(&whole).is_some());
        for end in 0..whole.len() {
            assert!(AccessList::read(&whole[..end]).is_none(), "{end}");
        }
    }
}
