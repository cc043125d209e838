//! Writes tar files: ustar headers, and PAX records before those that say more than fits.
//!
//! The same entries make the same bytes.

use std::io::{self, Read, Write};

use tar::{EntryType, Header};

use super::ATTRIBUTE_RECORD;
use super::error::ArchiveError;
use super::member::{Kind, Member};

const BLOCK: u64 = 512;
/// What the header's octal numbers hold.
const MOST_BYTES: u64 = 0o77_777_777_777;
const MOST_ID: u64 = 0o7_777_777;

/// A tar file that is being written.
#[derive(Debug)]
pub struct TarWriter<W> {
    output: W,
}

impl<W: Write> TarWriter<W> {
    /// Starts a file.
    pub fn new(output: W) -> Self {
        Self { output }
    }

    /// Adds a directory.
    ///
    /// # Errors
    /// When the output fails.
    pub fn directory(&mut self, path: &str) -> Result<(), ArchiveError> {
        let mut member = Member::mark(path.as_bytes().to_vec());
        member.kind = Kind::Directory;
        member.mode = 0o755;
        self.header(&member)
    }

    /// Adds a plain file of `size` bytes, read from `content`.
    ///
    /// # Errors
    /// When the output fails or the content has another size.
    pub fn file(
        &mut self,
        path: &str,
        size: u64,
        content: &mut dyn Read,
    ) -> Result<(), ArchiveError> {
        self.begin_file(path, size)?;
        copy(content, &mut self.output, size)?;
        self.end_file(size)
    }

    /// Begins a plain file; exactly `size` bytes must be written to [`output`](Self::output) next.
    ///
    /// # Errors
    /// When the output fails.
    pub fn begin_file(&mut self, path: &str, size: u64) -> Result<(), ArchiveError> {
        let mut member = Member::mark(path.as_bytes().to_vec());
        member.mode = 0o644;
        member.size = size;
        self.header(&member)
    }

    /// Ends a file of `size` bytes.
    ///
    /// # Errors
    /// When the output fails.
    pub fn end_file(&mut self, size: u64) -> Result<(), ArchiveError> {
        let missing = usize::try_from(size.next_multiple_of(BLOCK) - size).unwrap_or(0);
        let zeros = [0; BLOCK as usize];
        Ok(self.output.write_all(zeros.get(..missing).unwrap_or(&[]))?)
    }

    /// Where the data of a file go.
    pub fn output(&mut self) -> &mut W {
        &mut self.output
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When the output fails.
    pub fn finish(mut self) -> Result<W, ArchiveError> {
        self.output.write_all(&[0; 2 * BLOCK as usize])?;
        Ok(self.output)
    }

    /// Bytes that a plain file takes with its header.
    pub fn size_of_file(size: u64) -> u64 {
        BLOCK + size.next_multiple_of(BLOCK)
    }

    /// Bytes that the end takes.
    pub const SIZE_OF_END: u64 = 2 * BLOCK;

    pub(super) fn header(&mut self, member: &Member) -> Result<(), ArchiveError> {
        let records = records(member);
        if !records.is_empty() {
            let mut before = header_of(&Member {
                size: records.len() as u64,
                modified: (0, 0),
                user: 0,
                group: 0,
                mode: 0o644,
                ..Member::mark(b"PaxHeaders/record".to_vec())
            });
            before.set_entry_type(EntryType::XHeader);
            before.set_cksum();
            self.output.write_all(before.as_bytes())?;
            self.output.write_all(&records)?;
            self.end_file(records.len() as u64)?;
        }
        Ok(self.output.write_all(header_of(member).as_bytes())?)
    }
}

/// Copies exactly `size` bytes.
fn copy(from: &mut dyn Read, to: &mut dyn Write, size: u64) -> Result<(), ArchiveError> {
    if io::copy(&mut from.take(size), to)? == size {
        return Ok(());
    }
    Err(io::Error::other("a file became shorter while it was read").into())
}

fn header_of(member: &Member) -> Header {
    let mut header = Header::new_ustar();
    // What is cut off here stands in a record.
    if let Some(ustar) = header.as_ustar_mut() {
        fill(&mut ustar.name, &member.path);
        fill(&mut ustar.linkname, &member.target);
    }
    header.set_entry_type(match member.kind {
        Kind::File => EntryType::Regular,
        Kind::HardLink => EntryType::Link,
        Kind::Link => EntryType::Symlink,
        Kind::Directory => EntryType::Directory,
        Kind::Pipe => EntryType::Fifo,
    });
    header.set_mode(member.mode);
    header.set_uid(member.user.min(MOST_ID));
    header.set_gid(member.group.min(MOST_ID));
    let seconds = u64::try_from(member.modified.0).unwrap_or(0);
    header.set_mtime(seconds.min(MOST_BYTES));
    // Larger ones are written in the base-256 form that every reader of such files knows.
    header.set_size(member.size);
    header.set_cksum();
    header
}

fn fill(field: &mut [u8; 100], value: &[u8]) {
    for (place, byte) in field.iter_mut().zip(value) {
        *place = *byte;
    }
}

/// The records that an entry needs, none when its header says it all.
fn records(member: &Member) -> Vec<u8> {
    let mut records = Vec::new();
    let fits = |text: &[u8]| text.len() <= 100 && text.is_ascii();
    if let Some(length) = member.sparse {
        record(&mut records, b"GNU.sparse.major", b"1");
        record(&mut records, b"GNU.sparse.minor", b"0");
        record(&mut records, b"GNU.sparse.name", &member.path);
        record(
            &mut records,
            b"GNU.sparse.realsize",
            length.to_string().as_bytes(),
        );
    }
    if !fits(&member.path) {
        record(&mut records, b"path", &member.path);
    }
    if !fits(&member.target) {
        record(&mut records, b"linkpath", &member.target);
    }
    for (name, id) in [("uid", member.user), ("gid", member.group)] {
        if id > MOST_ID {
            record(&mut records, name.as_bytes(), id.to_string().as_bytes());
        }
    }
    if member.size > MOST_BYTES {
        record(&mut records, b"size", member.size.to_string().as_bytes());
    }
    let (seconds, nanoseconds) = member.modified;
    if nanoseconds != 0 || !(0..=MOST_BYTES.cast_signed()).contains(&seconds) {
        record(
            &mut records,
            b"mtime",
            decimal(seconds, nanoseconds).as_bytes(),
        );
    }
    for (name, value) in &member.attributes {
        let name = [ATTRIBUTE_RECORD.as_bytes(), name].concat();
        record(&mut records, &name, value);
    }
    records
}

/// `length key=value\n`, where the length counts itself.
fn record(records: &mut Vec<u8>, key: &[u8], value: &[u8]) {
    let rest = key.len() + value.len() + 3;
    let mut digits = 1;
    while (rest + digits).to_string().len() > digits {
        digits += 1;
    }
    records.extend((rest + digits).to_string().as_bytes());
    records.push(b' ');
    records.extend(key);
    records.push(b'=');
    records.extend(value);
    records.push(b'\n');
}

/// A time as a decimal number, which before 1970 counts down.
fn decimal(seconds: i64, nanoseconds: u32) -> String {
    if nanoseconds == 0 {
        return seconds.to_string();
    }
    let (sign, seconds, nanoseconds) = match seconds {
        0.. => ("", seconds.unsigned_abs(), nanoseconds),
        _ => (
            "-",
            (seconds + 1).unsigned_abs(),
            1_000_000_000 - nanoseconds,
        ),
    };
    let fraction = format!("{nanoseconds:09}");
    format!("{sign}{seconds}.{}", fraction.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_counts_its_own_length() {
        let mut records = Vec::new();
        record(&mut records, b"k", b"v");
        record(&mut records, b"key", &[b'x'; 91]);
        assert!(records.starts_with(b"6 k=v\n99 key=xxx"));
        let mut longer = Vec::new();
        record(&mut longer, b"key", &[b'x'; 92]);
        assert_eq!(longer.len(), 101);
        assert!(longer.starts_with(b"101 key="));
    }

    #[test]
    fn times_are_decimal_numbers() {
        assert_eq!(decimal(7, 0), "7");
        assert_eq!(decimal(7, 5_000_000), "7.005");
        assert_eq!(decimal(-2, 500_000_000), "-1.5");
        assert_eq!(decimal(-1, 1), "-0.999999999");
    }
}
