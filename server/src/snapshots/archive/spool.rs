//! Blobs that have come in and are not used yet. Each is verified while it is written.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::PathBuf;

use super::blob::{BlobName, Hashing};
use super::error::ArchiveError;
use crate::linux::Named;
use crate::snapshots::error::On;

type Result<T> = std::result::Result<T, ArchiveError>;

const PIECE: usize = 128 * 1024;

/// A directory of blobs.
#[derive(Debug)]
pub struct Spool {
    directory: PathBuf,
}

impl Spool {
    pub(in crate::snapshots) const fn new(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// Takes in a blob of `size` bytes.
    ///
    /// # Errors
    /// When it came before, has other bytes than its name says, or another size.
    pub fn take_in(&self, name: &BlobName, size: u64, content: &mut dyn Read) -> Result<()> {
        let path = self.path(name);
        let mut file = match File::create_new(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(ArchiveError::refused(format!("{name} comes twice")));
            }
            created => created.on("create", &path)?,
        };
        let mut hashing = Hashing::new(content.take(size));
        let mut piece = vec![0; PIECE];
        loop {
            let read = hashing.read(&mut piece)?;
            if read == 0 {
                break;
            }
            file.write_all(piece.get(..read).unwrap_or_default())
                .named(|| "write()".to_owned())?;
        }
        let (found, length) = hashing.finish();
        if length != size {
            return Err(ArchiveError::refused(format!(
                "{name} has {length} bytes where {size} were announced"
            )));
        }
        if found != *name {
            return Err(ArchiveError::refused(format!(
                "the bytes that are called {name} are {found}: the archive is damaged"
            )));
        }
        Ok(())
    }

    /// Whether a blob is here.
    pub fn has(&self, name: &BlobName) -> bool {
        self.path(name).exists()
    }

    /// A blob that must be here, of this size.
    pub(super) fn open(&self, name: &BlobName, size: u64) -> Result<BufReader<File>> {
        let path = self.path(name);
        let file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(ArchiveError::refused(format!("{name} is missing")));
            }
            opened => opened.on("open", &path)?,
        };
        let found = file.metadata().on("measure", &path)?.len();
        if found != size {
            return Err(ArchiveError::refused(format!(
                "{name} has {found} bytes where its descriptor says {size}"
            )));
        }
        Ok(BufReader::with_capacity(PIECE, file))
    }

    /// All bytes of a blob that must be here and be small.
    ///
    /// # Errors
    /// When it is missing, or larger than a document of an image is.
    pub fn document(&self, name: &BlobName, size: u64, most: u64) -> Result<Vec<u8>> {
        if size > most {
            return Err(ArchiveError::refused(format!(
                "{name} should be a document, and has {size} bytes"
            )));
        }
        let mut bytes = Vec::new();
        self.open(name, size)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Gives the space of a blob back.
    ///
    /// # Errors
    /// When it can't be removed.
    pub fn discard(&self, name: &BlobName) -> Result<()> {
        let path = self.path(name);
        Ok(fs::remove_file(&path).on("remove", &path)?)
    }

    fn path(&self, name: &BlobName) -> PathBuf {
        self.directory.join(name.digits())
    }
}
