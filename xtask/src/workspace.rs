//! Where things lie in the repository, and the programs that run in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// The repository this command was started from.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// Cargo tells a program it runs where the program's own manifest is; the root is one above.
    pub(crate) fn find() -> Result<Self> {
        let manifest_dir = std::env::var_os("CARGO_MANIFEST_DIR")
            .context("CARGO_MANIFEST_DIR is not set: start this as `cargo xtask …`")?;
        let root = Path::new(&manifest_dir)
            .parent()
            .context("xtask has no parent directory")?;
        Ok(Self {
            root: root.to_path_buf(),
        })
    }

    /// A path given from the repository's root.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Everything that is built lands here, whatever `CARGO_TARGET_DIR` says outside, because the
    /// README and the suites name these places.
    pub(crate) fn target(&self, relative: &str) -> PathBuf {
        self.root.join("target").join(relative)
    }

    /// A program that runs at the root and finds the tools that the commands installed.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", self.target(""))
            .env("PATH", self.path_variable());
        command
    }

    fn path_variable(&self) -> std::ffi::OsString {
        let own = [self.target("tools/bin"), self.path("node_modules/.bin")];
        let inherited = std::env::var_os("PATH").unwrap_or_default();
        let paths = own.into_iter().chain(std::env::split_paths(&inherited));
        // A directory whose name holds a colon can't be on PATH; then the inherited one must do.
        std::env::join_paths(paths).unwrap_or(inherited)
    }
}
