//! The programs that ours are measured beside. One that can't be had is left out, and it is said.

use std::path::PathBuf;

use anyhow::Result;

use super::Bench;
use crate::consumer::Consumer;
use crate::program;
use crate::tools::{ensure_browser, ensure_npm_packages, install_by_apt, is_on_path};
use crate::workspace::Workspace;

/// Of each: the program, and the packages of Debian that bring it.
const PROGRAMS: &[(&str, &[&str])] = &[
    ("zstd", &["zstd"]),
    ("mksquashfs", &["squashfs-tools"]),
    ("mkfs.btrfs", &["btrfs-progs"]),
    ("podman", &["podman", "crun"]),
    ("runc", &["runc"]),
    ("busybox", &["busybox-static"]),
];
/// The official client, at the version that everything is compared with.
const OFFICIAL: &[&str] = &["@upstash/box@0.5.5"];
/// Cloudflare's runtime, and the way to start it from Node.
const WORKERD: &[&str] = &["miniflare@4.20260730.0"];

/// Gets what these benches need. Says where a browser is, for those that load pages.
pub(super) fn install(
    workspace: &Workspace,
    consumer: &Consumer,
    benches: &[&Bench],
) -> Result<Option<PathBuf>> {
    let wanted = |name: &str| benches.iter().any(|bench| bench.name == name);
    if wanted("snapshots") {
        let missing = PROGRAMS.iter().filter(|(name, _)| !is_on_path(name));
        let packages: Vec<&str> = missing
            .flat_map(|(_, packages)| *packages)
            .copied()
            .collect();
        if !packages.is_empty() {
            or_say(install_by_apt(workspace, &packages));
        }
    }
    if wanted("sdk") || wanted("load") {
        npm_install(workspace, consumer, OFFICIAL)?;
    }
    if !wanted("load") {
        return Ok(None);
    }
    or_say(npm_install(workspace, consumer, WORKERD));
    ensure_npm_packages(workspace)?;
    Ok(or_say(ensure_browser(workspace)))
}

fn npm_install(workspace: &Workspace, consumer: &Consumer, packages: &[&str]) -> Result<()> {
    program::run(
        workspace
            .command("npm")
            .current_dir(consumer.folder())
            .args(["install", "--no-audit", "--no-fund", "--loglevel=error"])
            .args(packages),
    )
}

/// The scripts leave out what is not there.
fn or_say<T>(got: Result<T>) -> Option<T> {
    got.map_err(|error| println!("   {error:#}")).ok()
}
