//! The blobs of an image: named by the SHA-256 of their bytes, perhaps compressed.

use std::fmt;
use std::io::{self, Read, Write};

use sha2::{Digest, Sha256};

use super::error::ArchiveError;

/// zstd's own middle ground between speed and size.
const LEVEL: i32 = 3;

/// `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BlobName(String);

impl BlobName {
    /// Reads a name that a stranger wrote.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn parse(text: &str) -> Result<Self, ArchiveError> {
        let digits = text.strip_prefix("sha256:").unwrap_or_default();
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if digits.len() == 64 && digits.bytes().all(is_digit) {
            return Ok(Self(text.to_owned()));
        }
        Err(ArchiveError::refused(format!(
            "{text:?} is no digest: sha256: and 64 hexadecimal digits are needed"
        )))
    }

    /// The name of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self::of_hash(Sha256::new_with_prefix(bytes))
    }

    /// The digits alone.
    pub fn digits(&self) -> &str {
        self.0.trim_start_matches("sha256:")
    }

    fn of_hash(hash: Sha256) -> Self {
        let digits: String = hash
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self(format!("sha256:{digits}"))
    }
}

impl fmt::Display for BlobName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// How a blob is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip, perhaps of several members.
    Gzip,
    /// zstd, perhaps of several frames.
    Zstd,
}

impl Compression {
    /// A reader of what is in a blob.
    pub(super) fn reader<'input>(
        self,
        input: impl Read + 'input,
    ) -> io::Result<Box<dyn Read + 'input>> {
        Ok(match self {
            Self::None => Box::new(input),
            Self::Gzip => Box::new(flate2::read::MultiGzDecoder::new(input)),
            Self::Zstd => Box::new(zstd::Decoder::new(input)?),
        })
    }
}

/// A layer as a blob, known but for its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// Of the compressed bytes.
    pub name: BlobName,
    /// Of the tar file in them.
    pub diff_id: BlobName,
    /// Compressed bytes.
    pub size: u64,
}

impl Packed {
    /// How a layer is written. Another number, or another version of zstd, makes other bytes.
    pub const ENCODING: &'static str = "tar 1, zstd 1.5.7, level 3";
}

/// Lets `write` write a tar file, compresses it into `output`, and names both.
pub(super) fn pack(
    output: &mut dyn Write,
    write: impl FnOnce(&mut dyn Write) -> Result<(), ArchiveError>,
) -> Result<Packed, ArchiveError> {
    let mut packed = Hashing::new(output);
    let encoder = zstd::Encoder::new(&mut packed, LEVEL)?;
    let mut tar = Hashing::new(encoder);
    write(&mut tar)?;
    let (diff_id, _) = (BlobName::of_hash(tar.hash), tar.inner.finish()?);
    Ok(Packed {
        name: BlobName::of_hash(packed.hash),
        diff_id,
        size: packed.bytes,
    })
}

/// Hashes and counts what passes.
#[derive(Debug)]
pub(super) struct Hashing<T> {
    inner: T,
    hash: Sha256,
    bytes: u64,
}

impl<T> Hashing<T> {
    pub(super) fn new(inner: T) -> Self {
        Self {
            inner,
            hash: Sha256::new(),
            bytes: 0,
        }
    }

    /// What has passed: its name and its length.
    pub(super) fn finish(self) -> (BlobName, u64) {
        (BlobName::of_hash(self.hash), self.bytes)
    }

    fn count(&mut self, passed: Option<&[u8]>) {
        let passed = passed.unwrap_or_default();
        self.hash.update(passed);
        self.bytes += passed.len() as u64;
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.count(bytes.get(..written));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count(buffer.get(..read));
        Ok(read)
    }
}
