//! Files that are mostly zeros: what of them is data, and how a tar file says so.
//!
//! Decided by the content alone, not by where the filesystem has holes, so that a file makes the
//! same bytes wherever it lies. Zeros that come in become holes again.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::FileExt;

use nix::errno::Errno;
use nix::unistd::{Whence, lseek};

use super::error::ArchiveError;
use crate::linux::Named;

const BLOCK: u64 = 64 * 1024;
/// Fewer zeros are not worth a list.
const WORTH: u64 = 1024 * 1024;
/// Keeps a list small.
const MOST_EXTENTS: usize = 1_000_000;
/// Longer files exist on few filesystems.
const LONGEST: u64 = 8 * 1024 * 1024 * 1024 * 1024;
const TAR_BLOCK: usize = 512;

/// A piece of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) start: u64,
    pub(super) length: u64,
}

/// Where a file's data are; `None` when a list of them is not worth it.
pub(super) fn data(
    file: &File,
    length: u64,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Option<Vec<Extent>>, ArchiveError> {
    if length < WORTH {
        return Ok(None);
    }
    let mut extents: Vec<Extent> = Vec::new();
    let mut buffer = vec![0; BLOCK as usize];
    let (mut position, mut data) = (0, 0);
    while position < length {
        if is_cancelled() {
            return Err(ArchiveError::Cancelled);
        }
        position = match lseek(file, position.cast_signed(), Whence::SeekData) {
            Err(Errno::ENXIO) => break,
            found => found.named(|| "lseek()".to_owned())?.cast_unsigned() / BLOCK * BLOCK,
        };
        let size = BLOCK.min(length - position);
        let piece = buffer.get_mut(..size as usize).unwrap_or_default();
        file.read_exact_at(piece, position)?;
        if !is_zero(piece) {
            data += size;
            match extents.last_mut() {
                Some(last) if last.start + last.length == position => last.length += size,
                _ => extents.push(Extent {
                    start: position,
                    length: size,
                }),
            }
        }
        if extents.len() > MOST_EXTENTS {
            return Ok(None);
        }
        position += BLOCK;
    }
    Ok((length - data >= WORTH).then_some(extents))
}

/// The list as it stands before the data.
pub(super) fn list(extents: &[Extent], length: u64) -> Vec<u8> {
    let mut numbers = Vec::with_capacity(extents.len() * 2 + 2);
    for extent in extents {
        numbers.extend([extent.start, extent.length]);
    }
    let end = extents.last().map_or(0, |last| last.start + last.length);
    if end != length {
        numbers.extend([length, 0]);
    }
    let mut text = format!("{}\n", numbers.len() / 2);
    for number in numbers {
        text.push_str(&number.to_string());
        text.push('\n');
    }
    let mut list = text.into_bytes();
    list.resize(list.len().next_multiple_of(TAR_BLOCK), 0);
    list
}

/// Reads a list that a stranger wrote.
pub(super) fn read_list(data: &mut dyn Read, length: u64) -> Result<Vec<Extent>, ArchiveError> {
    let refused = || ArchiveError::refused("the list of data in a sparse file is damaged");
    let mut numbers = Numbers::default();
    let count = usize::try_from(numbers.next(data)?).map_err(|_| refused())?;
    if count > MOST_EXTENTS + 1 {
        return Err(refused());
    }
    let mut extents = Vec::new();
    let mut end = 0;
    for _ in 0..count {
        let extent = Extent {
            start: numbers.next(data)?,
            length: numbers.next(data)?,
        };
        if extent.start < end {
            return Err(refused());
        }
        end = extent
            .start
            .checked_add(extent.length)
            .ok_or_else(refused)?;
        if end > length {
            return Err(refused());
        }
        extents.push(extent);
    }
    Ok(extents)
}

/// Numbers on lines of their own, read block by block.
struct Numbers {
    block: [u8; TAR_BLOCK],
    at: usize,
}

impl Default for Numbers {
    fn default() -> Self {
        Self {
            block: [0; TAR_BLOCK],
            at: TAR_BLOCK,
        }
    }
}

impl Numbers {
    fn next(&mut self, data: &mut dyn Read) -> Result<u64, ArchiveError> {
        let refused = || ArchiveError::refused("the list of data in a sparse file is damaged");
        let mut number: Option<u64> = None;
        loop {
            if self.at == TAR_BLOCK {
                data.read_exact(&mut self.block)?;
                self.at = 0;
            }
            let byte = self.block.get(self.at).copied().unwrap_or_default();
            self.at += 1;
            match byte {
                b'0'..=b'9' => {
                    let digit = u64::from(byte - b'0');
                    let more = number.unwrap_or(0).checked_mul(10);
                    number = more.and_then(|more| more.checked_add(digit));
                    if number.is_none() {
                        return Err(refused());
                    }
                }
                b'\n' => return number.ok_or_else(refused),
                _ => return Err(refused()),
            }
        }
    }
}

/// Fills a new file with the pieces that come one after the other; the rest are zeros.
pub(super) fn fill(
    file: &File,
    data: &mut dyn Read,
    extents: &[Extent],
    length: u64,
) -> Result<(), ArchiveError> {
    if length > LONGEST {
        return Err(ArchiveError::TooLarge(format!(
            "a file of the archive is longer than {LONGEST} bytes"
        )));
    }
    file.set_len(length).named(|| "ftruncate()".to_owned())?;
    let mut buffer = vec![0; BLOCK.min(length) as usize];
    for extent in extents {
        let (mut position, end) = (extent.start, extent.start + extent.length);
        while position < end {
            let size = (end - position).min(buffer.len() as u64);
            let piece = buffer.get_mut(..size as usize).unwrap_or_default();
            data.read_exact(piece)?;
            if !is_zero(piece) {
                file.write_all_at(piece, position)
                    .named(|| "write()".to_owned())?;
            }
            position += size;
        }
    }
    Ok(())
}

fn is_zero(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks::<16>();
    words.iter().all(|word| *word == [0; 16]) && rest.iter().all(|byte| *byte == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_reads_back_and_a_bad_one_does_not() {
        let extents: Vec<Extent> = (0..200)
            .map(|number| Extent {
                start: number * 2 * BLOCK,
                length: BLOCK,
            })
            .collect();
        let length = 400 * BLOCK;
        let list = list(&extents, length);
        assert_eq!(list.len() % TAR_BLOCK, 0);
        let mut read = read_list(&mut list.as_slice(), length).unwrap();
        assert_eq!(
            read.pop(),
            Some(Extent {
                start: length,
                length: 0
            })
        );
        assert_eq!(read, extents);
        assert!(read_list(&mut list.as_slice(), length - 1).is_err());
        for bad in [
            "1\n5\n6\n",
            "2\n0\n4\n3\n1\n",
            "9999999999\n",
            "1\n18446744073709551615\n1\n",
            "x\n",
        ] {
            let mut bytes = bad.as_bytes().to_vec();
            bytes.resize(TAR_BLOCK, 0);
            assert!(read_list(&mut bytes.as_slice(), 10).is_err(), "{bad:?}");
        }
    }
}
