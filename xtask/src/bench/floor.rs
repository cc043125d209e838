//! The least that a snapshot on overlayfs can cost: one rename and one mount, and nothing around it.
//!
//! Started by `bench/snapshots/peers.mjs` in a mount namespace of its own.

use std::path::Path;

use anyhow::Result;

/// Rotates `folder/upper` again and again, and prints the milliseconds of each as a JSON array.
#[cfg(target_os = "linux")]
pub(crate) fn floor(folder: &Path) -> Result<()> {
    use std::fs;
    use std::time::Instant;

    use nix::mount::{MntFlags, MsFlags, mount, umount2};

    const ROUNDS: usize = 9;

    let at = |name: &str| folder.join(name);
    let mut durations = Vec::new();
    for round in 0..ROUNDS {
        for name in ["next", "work", "merged"] {
            fs::create_dir_all(at(name))?;
        }
        let options = format!(
            "lowerdir={},upperdir={},workdir={}",
            at("layer").display(),
            at("next").display(),
            at("work").display()
        );
        let started = Instant::now();
        fs::rename(at("upper"), at("layer"))?;
        mount(
            Some("overlay"),
            &at("merged"),
            Some("overlay"),
            MsFlags::empty(),
            Some(options.as_str()),
        )?;
        durations.push(started.elapsed().as_secs_f64() * 1000.0);
        umount2(&at("merged"), MntFlags::empty())?;
        if round + 1 < ROUNDS {
            fs::rename(at("layer"), at("upper"))?;
        }
    }
    println!("{}", serde_json::to_string(&durations)?);
    Ok(())
}

/// Overlayfs is Linux's.
#[cfg(not(target_os = "linux"))]
pub(crate) fn floor(_: &Path) -> Result<()> {
    anyhow::bail!("overlayfs exists on Linux only")
}
