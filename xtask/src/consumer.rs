//! The package as a user has it: the tarball installed in an empty folder.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::program;
use crate::workspace::Workspace;

/// An npm project with nothing in it but our package.
#[derive(Debug)]
pub(crate) struct Consumer {
    folder: PathBuf,
    tarball: PathBuf,
}

impl Consumer {
    /// Makes the folder anew and installs the tarball in it.
    pub(crate) fn install(workspace: &Workspace, tarball: &Path, name: &str) -> Result<Self> {
        let folder = workspace.target(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)
                .with_context(|| format!("could not empty {}", folder.display()))?;
        }
        fs::create_dir_all(&folder)
            .with_context(|| format!("could not make {}", folder.display()))?;
        let manifest = r#"{ "private": true, "type": "module" }"#;
        fs::write(folder.join("package.json"), manifest)
            .with_context(|| format!("could not write into {}", folder.display()))?;
        program::run(
            workspace
                .command("npm")
                .current_dir(&folder)
                .args(["install", "--no-audit", "--no-fund", "--loglevel=error"])
                .arg(tarball),
        )?;
        let tarball = tarball.to_path_buf();
        Ok(Self { folder, tarball })
    }

    /// The project's folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What was installed.
    pub(crate) fn tarball(&self) -> &Path {
        &self.tarball
    }

    /// The package's own files.
    pub(crate) fn package(&self) -> PathBuf {
        self.folder.join("node_modules/upstash-box-wasm")
    }

    /// Copies a folder of the repository beside the package, so that what is in it imports the
    /// package by its published name.
    pub(crate) fn take_in(&self, source: &Path, name: &str) -> Result<PathBuf> {
        let destination = self.folder.join(name);
        copy_folder(source, &destination)?;
        Ok(destination)
    }
}

/// Copies a folder and all that is in it.
pub(crate) fn copy_folder(source: &Path, destination: &Path) -> Result<()> {
    fs::create_dir_all(destination)
        .with_context(|| format!("could not make {}", destination.display()))?;
    let entries =
        fs::read_dir(source).with_context(|| format!("could not list {}", source.display()))?;
    for entry in entries {
        let entry = entry?;
        let target = destination.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)
                .with_context(|| format!("could not copy to {}", target.display()))?;
        }
    }
    Ok(())
}
