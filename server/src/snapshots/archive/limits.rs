//! How much an archive may hold, and a reader that stops one that claims to be small.

use std::io::{self, Read};

use super::error::ArchiveError;

/// Bytes that any archive may unpack to, however small it is.
const FREE: u64 = 4 * 1024 * 1024 * 1024;
/// Bytes that each further compressed byte may become: more than any real file tree does.
const RATIO: u64 = 1000;
/// Bytes that an archive may unpack to in all, unless said otherwise.
const USUAL_BYTES: u64 = 1024 * 1024 * 1024 * 1024;
const MOST_ENTRIES: u64 = 10_000_000;

/// What is left to an archive.
#[derive(Clone, Debug)]
pub struct Limits {
    bytes: u64,
    most_bytes: u64,
    entries: u64,
}

impl Limits {
    /// For an archive that may unpack to so many bytes.
    pub const fn new(most_bytes: u64) -> Self {
        Self {
            bytes: 0,
            most_bytes,
            entries: 0,
        }
    }

    /// Bytes that an archive may unpack to unless said otherwise.
    pub const USUAL_BYTES: u64 = USUAL_BYTES;

    pub(super) fn count_entry(&mut self) -> Result<(), ArchiveError> {
        self.entries += 1;
        if self.entries > MOST_ENTRIES {
            return Err(ArchiveError::TooLarge(format!(
                "the archive holds more than {MOST_ENTRIES} entries"
            )));
        }
        Ok(())
    }

    /// Goes on from the entries that a copy has counted.
    pub(super) const fn take_entries_of(&mut self, copy: &Self) {
        self.entries = copy.entries;
    }

    fn count_bytes(&mut self, bytes: u64) -> Result<(), ArchiveError> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > self.most_bytes {
            return Err(ArchiveError::TooLarge(format!(
                "the archive unpacks to more than {} bytes, the most that this server takes",
                self.most_bytes
            )));
        }
        Ok(())
    }
}

/// Counts what comes out of a decompressor.
#[derive(Debug)]
pub(super) struct Metered<'limits, R> {
    input: R,
    limits: &'limits mut Limits,
    read: u64,
    most: u64,
}

impl<'limits, R: Read> Metered<'limits, R> {
    /// `compressed`: the bytes that all of it comes from.
    pub(super) fn new(input: R, compressed: u64, limits: &'limits mut Limits) -> Self {
        Self {
            input,
            limits,
            read: 0,
            most: FREE.saturating_add(compressed.saturating_mul(RATIO)),
        }
    }
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.read += read as u64;
        self.limits.count_bytes(read as u64)?;
        if self.read > self.most {
            return Err(ArchiveError::TooLarge(format!(
                "a layer unpacks to more than {RATIO} times its size"
            ))
            .into());
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_too_much_is_stopped() {
        let mut limits = Limits::new(u64::MAX);
        let mut metered = Metered {
            most: 1000,
            ..Metered::new(io::repeat(0), 1, &mut limits)
        };
        let stopped = ArchiveError::from(metered.read_to_end(&mut Vec::new()).unwrap_err());
        assert!(matches!(stopped, ArchiveError::TooLarge(_)), "{stopped}");
    }

    #[test]
    fn all_layers_together_count() {
        let mut limits = Limits::new(150);
        for stops in [false, true] {
            let mut metered = Metered::new(io::repeat(0).take(100), 1, &mut limits);
            assert_eq!(metered.read_to_end(&mut Vec::new()).is_err(), stops);
        }
    }

    #[test]
    fn entries_count() {
        let mut limits = Limits {
            entries: MOST_ENTRIES - 1,
            ..Limits::new(1)
        };
        assert!(limits.count_entry().is_ok());
        assert!(limits.count_entry().is_err());
    }
}
