//! box-server as npm packages: a launcher, and the program of each platform beside it.
//!
//! `server/npm` has what is written by hand; here the program is laid into its package, everything
//! is packed, and what comes out is held to `server/npm/contents.json` and to one version.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::cargo_metadata;
use crate::consumer::copy_folder;
use crate::npm_pack::{self, Packed};
use crate::server_binary;
use crate::step::step;
use crate::workspace::Workspace;

const SOURCE: &str = "server/npm";
const CONTENTS: &str = "server/npm/contents.json";
const LAUNCHER: &str = "box-server";
/// The platform that is built here; RELEASING.md says how the others are.
const PLATFORM: &str = "linux-x64";

/// The tarballs of one release.
#[derive(Debug)]
pub(crate) struct ServerPackages {
    pub(crate) launcher: Packed,
    pub(crate) platform: Packed,
}

/// Builds the static program, packs it and the launcher, and checks both.
pub(crate) fn release(workspace: &Workspace) -> Result<()> {
    let binary = server_binary::build_static(workspace)?;
    let packages = pack(workspace, &binary)?;
    step("check what the server's packages hold", || {
        check_versions(workspace)?;
        let contents = read_json(workspace, CONTENTS)?;
        check_size(&packages.launcher, LAUNCHER, &contents)?;
        check_size(&packages.platform, PLATFORM, &contents)?;
        check_static(&binary)
    })
}

/// Lays a program into the platform's package and packs both.
pub(crate) fn pack(workspace: &Workspace, binary: &Path) -> Result<ServerPackages> {
    step("pack box-server for npm", || {
        let contents = read_json(workspace, CONTENTS)?;
        let launcher = stage(workspace, LAUNCHER)?;
        let platform = stage(workspace, PLATFORM)?;
        let place = platform.join("bin");
        fs::create_dir_all(&place)
            .with_context(|| format!("could not make {}", place.display()))?;
        // The copy keeps the right to be executed.
        fs::copy(binary, place.join("box-server"))
            .with_context(|| format!("could not copy {}", binary.display()))?;
        let pack = |folder: &Path, name: &str| {
            let packed = npm_pack::pack(workspace, folder)?;
            check_files(&packed, name, &contents)?;
            Ok::<_, anyhow::Error>(packed)
        };
        Ok(ServerPackages {
            launcher: pack(&launcher, LAUNCHER)?,
            platform: pack(&platform, PLATFORM)?,
        })
    })
}

/// A fresh copy of a hand-written package, with the licences that npm packs only from its own folder.
fn stage(workspace: &Workspace, name: &str) -> Result<PathBuf> {
    let folder = workspace.target("server-package").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("could not empty {}", folder.display()))?;
    }
    copy_folder(&workspace.path(SOURCE).join(name), &folder)?;
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        fs::copy(workspace.path(licence), folder.join(licence))
            .with_context(|| format!("could not copy {licence}"))?;
    }
    Ok(folder)
}

/// Fails when a tarball holds other files than listed.
fn check_files(packed: &Packed, name: &str, contents: &Value) -> Result<()> {
    let listed: Vec<&str> = contents
        .pointer(&format!("/{name}/files"))
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut files: Vec<&str> = packed.files.iter().map(String::as_str).collect();
    files.sort_unstable();
    if files != listed {
        bail!("{name} holds {files:?}, not {listed:?} as {CONTENTS} says");
    }
    Ok(())
}

/// Fails when a tarball is heavier than promised.
fn check_size(packed: &Packed, name: &str, contents: &Value) -> Result<()> {
    let limit = contents
        .pointer(&format!("/{name}/packed"))
        .and_then(Value::as_u64)
        .with_context(|| format!("{CONTENTS} promises no size of {name}"))?;
    let (size, tarball) = (packed.size, packed.tarball.display());
    println!("   {size} bytes to download: {tarball}");
    if size > limit {
        bail!("{name} is {size} bytes to download, more than the {limit} of {CONTENTS}");
    }
    Ok(())
}

/// Fails when the crates, the SDK's package and the server's packages are not one release.
pub(crate) fn check_versions(workspace: &Workspace) -> Result<()> {
    let crates = cargo_metadata::packages(workspace)?;
    let own = crates.iter().find(|package| package.name == LAUNCHER);
    let expected = &own.context("the workspace has no box-server")?.version;
    let launcher = format!("{SOURCE}/{LAUNCHER}/package.json");
    let platform = format!("{SOURCE}/{PLATFORM}/package.json");
    let versions = [
        ("pkg/package.json", "/version".to_owned()),
        (launcher.as_str(), "/version".to_owned()),
        (
            launcher.as_str(),
            format!("/optionalDependencies/{LAUNCHER}-{PLATFORM}"),
        ),
        (platform.as_str(), "/version".to_owned()),
    ];
    let mut others = Vec::new();
    for (file, pointer) in versions {
        let json = read_json(workspace, file)?;
        let version = json.pointer(&pointer).and_then(Value::as_str);
        if version != Some(expected) {
            let version = version.unwrap_or("nothing");
            others.push(format!("{file} says {version} at {pointer}"));
        }
    }
    if !others.is_empty() {
        bail!("Cargo.toml says {expected}, but {}", others.join(", "));
    }
    println!("   every package is {expected}");
    Ok(())
}

/// A program that needs no interpreter needs no C library of the machine either. Its path would
/// stand right after the headers.
fn check_static(binary: &Path) -> Result<()> {
    let program =
        fs::read(binary).with_context(|| format!("could not read {}", binary.display()))?;
    let start = program.get(..4096).unwrap_or(&program);
    if start.windows(4).any(|bytes| bytes == b"/ld-") {
        bail!("{} is not linked statically", binary.display());
    }
    Ok(())
}

fn read_json(workspace: &Workspace, file: &str) -> Result<Value> {
    let text = fs::read_to_string(workspace.path(file))
        .with_context(|| format!("could not read {file}"))?;
    serde_json::from_str(&text).with_context(|| format!("{file} is not valid JSON"))
}
