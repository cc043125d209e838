//! Reads tar files of strangers, one entry after the other, in constant memory.
//!
//! Takes ustar, GNU's long names, PAX records and sparse files of PAX form 1.0. What else there is,
//! and what contradicts itself, is refused.

use std::io::{self, ErrorKind, Read};
use std::str::FromStr;

use tar::{EntryType, Header};

use super::ATTRIBUTE_RECORD;
use super::error::ArchiveError;
use super::member::{Kind, Member};

const BLOCK: usize = 512;
/// Longer than any path, and than all extended attributes that Linux allows a file.
const MOST_RECORD_BYTES: u64 = 1024 * 1024;

type Result<T> = std::result::Result<T, ArchiveError>;

/// A tar file that is being read; as a reader, the data of its current entry.
#[derive(Debug)]
pub struct TarReader<R> {
    input: R,
    /// Data of the current entry that were not read yet.
    left: u64,
    /// What fills its last block.
    padding: u64,
}

/// What entries before the one that they are about say of it.
#[derive(Default)]
struct Said {
    path: Option<Vec<u8>>,
    target: Option<Vec<u8>>,
    records: Vec<u8>,
}

impl<R: Read> TarReader<R> {
    /// Starts at the beginning of a file.
    pub const fn new(input: R) -> Self {
        Self {
            input,
            left: 0,
            padding: 0,
        }
    }

    /// The next plain file of an archive that holds nothing else but directories: name and size.
    ///
    /// # Errors
    /// When the archive can't be read, or holds anything else.
    pub fn next_file(&mut self) -> Result<Option<(String, u64)>> {
        loop {
            let Some(member) = self.next()? else {
                return Ok(None);
            };
            let name = String::from_utf8_lossy(&member.path).into_owned();
            match member.kind {
                Kind::Directory => {}
                Kind::File if member.sparse.is_none() => return Ok(Some((name, member.size))),
                _ => {
                    return Err(ArchiveError::refused(format!(
                        "{name:?}: an image layout holds plain files only"
                    )));
                }
            }
        }
    }

    /// The next entry, after which its data can be read.
    pub(super) fn next(&mut self) -> Result<Option<Member>> {
        let mut said = Said::default();
        loop {
            self.skip_data()?;
            let Some(header) = self.header()? else {
                return Ok(None);
            };
            let size = header
                .entry_size()
                .map_err(|_| ArchiveError::refused("an entry has no readable size"))?;
            self.begin_data(size)?;
            match header.entry_type() {
                EntryType::GNULongName => said.path = Some(self.text()?),
                EntryType::GNULongLink => said.target = Some(self.text()?),
                EntryType::XHeader => said.records = self.small_data()?,
                EntryType::XGlobalHeader => {}
                _ => return self.member(&header, said).map(Some),
            }
        }
    }

    /// Reads what follows the end of the file, so that all of it counts in a digest.
    ///
    /// # Errors
    /// When the input fails.
    pub fn finish(mut self) -> Result<()> {
        io::copy(&mut self.input, &mut io::sink())?;
        Ok(())
    }

    fn begin_data(&mut self, size: u64) -> Result<()> {
        let whole = size
            .checked_next_multiple_of(BLOCK as u64)
            .ok_or_else(|| ArchiveError::refused("an entry is larger than any file"))?;
        (self.left, self.padding) = (size, whole - size);
        Ok(())
    }

    fn skip_data(&mut self) -> Result<()> {
        let rest = self.left.saturating_add(self.padding);
        if io::copy(&mut (&mut self.input).take(rest), &mut io::sink())? < rest {
            return Err(io::Error::from(ErrorKind::UnexpectedEof).into());
        }
        (self.left, self.padding) = (0, 0);
        Ok(())
    }

    /// `None` at the block of zeros that ends the file.
    fn header(&mut self) -> Result<Option<Header>> {
        let mut header = Header::new_old();
        self.input.read_exact(header.as_mut_bytes())?;
        if header.as_bytes().iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        if header.cksum().ok() != Some(checksum(&header)) {
            return Err(ArchiveError::refused(
                "the archive is no tar file, or is damaged: a header's checksum is wrong",
            ));
        }
        Ok(Some(header))
    }

    fn small_data(&mut self) -> Result<Vec<u8>> {
        if self.left > MOST_RECORD_BYTES {
            return Err(ArchiveError::refused("a name or attribute is too long"));
        }
        let mut data = Vec::new();
        self.read_to_end(&mut data)?;
        Ok(data)
    }

    fn text(&mut self) -> Result<Vec<u8>> {
        let mut text = self.small_data()?;
        if text.last() == Some(&0) {
            text.pop();
        }
        Ok(text)
    }

    fn member(&mut self, header: &Header, said: Said) -> Result<Member> {
        let path = said
            .path
            .unwrap_or_else(|| header.path_bytes().into_owned());
        let target = said
            .target
            .or_else(|| header.link_name_bytes().map(|name| name.into_owned()))
            .unwrap_or_default();
        let readable = |number: io::Result<u64>| {
            number.map_err(|_| ArchiveError::refused("a header has a number that is none"))
        };
        let mut member = Member {
            kind: kind(header, &path)?,
            mode: header.mode().unwrap_or(0) & 0o7777,
            user: readable(header.uid())?,
            group: readable(header.gid())?,
            modified: (readable(header.mtime())?.cast_signed(), 0),
            size: self.left,
            sparse: None,
            attributes: Vec::new(),
            path,
            target,
        };
        apply_records(&mut member, &said.records)?;
        if member.kind != Kind::File && member.size > 0 {
            return Err(ArchiveError::refused(format!(
                "{:?} has data, but is no file",
                String::from_utf8_lossy(&member.path)
            )));
        }
        self.begin_data(member.size)?;
        Ok(member)
    }
}

impl<R: Read> Read for TarReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let read = self
            .input
            .read(buffer.get_mut(..most).unwrap_or_default())?;
        if read == 0 && most > 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.left -= read as u64;
        Ok(read)
    }
}

/// The sum of all bytes, those of the sum itself as spaces.
fn checksum(header: &Header) -> u32 {
    let bytes = header.as_bytes().iter().enumerate();
    bytes
        .map(|(place, byte)| match place {
            148..156 => u32::from(b' '),
            _ => u32::from(*byte),
        })
        .sum()
}

fn kind(header: &Header, path: &[u8]) -> Result<Kind> {
    let refused = |what: &str| {
        let path = String::from_utf8_lossy(path);
        Err(ArchiveError::refused(format!("{path:?} is {what}")))
    };
    match header.entry_type() {
        // Before ustar, a directory was a file whose name ended so.
        EntryType::Regular | EntryType::Continuous if path.ends_with(b"/") => Ok(Kind::Directory),
        EntryType::Regular | EntryType::Continuous => Ok(Kind::File),
        EntryType::Link => Ok(Kind::HardLink),
        EntryType::Symlink => Ok(Kind::Link),
        EntryType::Directory => Ok(Kind::Directory),
        EntryType::Fifo => Ok(Kind::Pipe),
        EntryType::Char | EntryType::Block => refused("a device, which no box may have"),
        EntryType::GNUSparse => refused("a sparse file of GNU's old form, which can't be read"),
        _ => refused("of a kind that can't be read"),
    }
}

fn apply_records(member: &mut Member, mut records: &[u8]) -> Result<()> {
    let broken = || ArchiveError::refused("an extended header is damaged");
    let mut sparse_version = [None, None];
    while !records.is_empty() {
        let space = records
            .iter()
            .position(|byte| *byte == b' ')
            .ok_or_else(broken)?;
        let length: usize = number(records.get(..space)).ok_or_else(broken)?;
        let record = records.get(space + 1..length).ok_or_else(broken)?;
        records = records.get(length..).ok_or_else(broken)?;
        let record = record.strip_suffix(b"\n").ok_or_else(broken)?;
        let equals = record
            .iter()
            .position(|byte| *byte == b'=')
            .ok_or_else(broken)?;
        let (key, value) = record.split_at(equals);
        let value = value.get(1..).unwrap_or_default();
        let text = Some(value);
        match key {
            b"path" if sparse_version[0].is_none() => member.path = value.to_vec(),
            b"linkpath" => member.target = value.to_vec(),
            b"size" => member.size = number(text).ok_or_else(broken)?,
            b"uid" => member.user = number(text).ok_or_else(broken)?,
            b"gid" => member.group = number(text).ok_or_else(broken)?,
            b"mtime" => member.modified = time(value).ok_or_else(broken)?,
            b"GNU.sparse.major" => sparse_version[0] = number::<u8>(text),
            b"GNU.sparse.minor" => sparse_version[1] = number::<u8>(text),
            b"GNU.sparse.name" => member.path = value.to_vec(),
            b"GNU.sparse.realsize" => member.sparse = Some(number(text).ok_or_else(broken)?),
            _ if key.starts_with(b"GNU.sparse.") => {
                return Err(ArchiveError::refused(
                    "a sparse file is of an old form; only 1.0 can be read",
                ));
            }
            _ => {
                if let Some(name) = key.strip_prefix(ATTRIBUTE_RECORD.as_bytes()) {
                    member.attributes.push((name.to_vec(), value.to_vec()));
                }
            }
        }
    }
    match (member.sparse, sparse_version) {
        (Some(_), [Some(1), Some(0)]) if member.kind == Kind::File => Ok(()),
        (None, [None, None]) => Ok(()),
        _ => Err(broken()),
    }
}

fn number<N: FromStr>(text: Option<&[u8]>) -> Option<N> {
    std::str::from_utf8(text?).ok()?.parse().ok()
}

/// Seconds and nanoseconds of a decimal number; more digits than nanoseconds have are cut off.
fn time(text: &[u8]) -> Option<(i64, u32)> {
    let text = std::str::from_utf8(text).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = fraction.get(..fraction.len().min(9))?;
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds: i64 = whole.parse().ok()?;
    let nanoseconds: u32 = format!("{fraction:0<9}").parse().ok()?;
    if whole.starts_with('-') && nanoseconds > 0 {
        return Some((seconds.checked_sub(1)?, 1_000_000_000 - nanoseconds));
    }
    Some((seconds, nanoseconds))
}

#[cfg(test)]
mod tests {
    use super::super::tar_writer::TarWriter;
    use super::*;

    fn round_trip(member: &Member) -> Member {
        let mut writer = TarWriter::new(Vec::new());
        writer.header(member).unwrap();
        let bytes = writer.finish().unwrap();
        TarReader::new(bytes.as_slice()).next().unwrap().unwrap()
    }

    #[test]
    fn an_entry_reads_back() {
        let member = Member {
            path: [b"d/\xff\n= ".as_slice(), &[b'x'; 200]].concat(),
            target: b"../../\xfe".to_vec(),
            kind: Kind::Link,
            mode: 0o4751,
            user: 65_534,
            group: 7,
            modified: (-2, 500_000_000),
            attributes: vec![(b"user.a".to_vec(), b"1\n2=3\0".to_vec())],
            ..Member::mark(Vec::new())
        };
        let read = round_trip(&member);
        assert_eq!(format!("{read:?}"), format!("{member:?}"));
    }

    #[test]
    fn what_is_no_tar_file_is_refused() {
        for bytes in [vec![], vec![b'x'; 100], vec![b'x'; 1024]] {
            let read = TarReader::new(bytes.as_slice()).next();
            assert!(matches!(read, Err(ArchiveError::Refused(_))), "{read:?}");
        }
    }

    #[test]
    fn an_entry_that_ends_early_is_refused() {
        let mut writer = TarWriter::new(Vec::new());
        writer.begin_file("a", 1000).unwrap();
        let mut bytes = writer.finish().unwrap();
        bytes.truncate(800);
        let mut reader = TarReader::new(bytes.as_slice());
        reader.next().unwrap();
        assert!(matches!(reader.next(), Err(ArchiveError::Refused(_))));
    }

    #[test]
    fn an_entry_larger_than_numbers_go_is_refused() {
        let mut member = Member::mark(b"a".to_vec());
        member.kind = Kind::File;
        member.size = u64::MAX;
        let mut writer = TarWriter::new(Vec::new());
        writer.header(&member).unwrap();
        let bytes = writer.finish().unwrap();
        let read = TarReader::new(bytes.as_slice()).next();
        assert!(matches!(read, Err(ArchiveError::Refused(_))), "{read:?}");
    }

    #[test]
    fn damaged_records_are_refused() {
        for records in [
            "",
            "x",
            "9",
            "3 ",
            "5 a=b\n",
            "99 a=b\n",
            "6 a=bc",
            "10 size=x\n",
            "7 abcd\n",
        ] {
            let mut member = Member::mark(Vec::new());
            let applied = apply_records(&mut member, records.as_bytes());
            assert_eq!(applied.is_err(), !records.is_empty(), "{records:?}");
        }
    }
}
