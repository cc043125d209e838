//! Running test programs without any of root's rights, from a process that has them.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::workspace::Workspace;

/// Owns nothing and may do nothing, on every Linux.
const NOBODY: u32 = 65534;

/// Runs each program after the other and fails when one did. `$1` is the folder to start in.
const RUN_ALL: &str = r#"cd "$1" && shift
failed=0
for program in "$@"; do "$program" || failed=1; done
exit $failed"#;

/// Lays the repository open in a mount namespace of its own, where a closed folder above it would
/// keep the ordinary user out. Outside of it nothing changes. `$1` is the closed folder, `$2` the
/// repository, the rest is what to run.
const OPENED: &str = r#"closed=$1 repository=$2; shift 2
mount --bind "$repository" /mnt
mount -t tmpfs -o mode=755 none "$closed"
mkdir -p "$repository"
mount --move /mnt "$repository" 2>/dev/null || mount --bind /mnt "$repository"
exec "$@""#;

/// The command that runs all the programs as an ordinary user with a home and a scratch folder.
pub(super) fn run_all(workspace: &Workspace, programs: &[PathBuf]) -> Result<Command> {
    let home = std::env::temp_dir().join(format!("box-tests-as-{NOBODY}"));
    make_home(&home).with_context(|| format!("could not prepare {}", home.display()))?;
    let root = workspace.path("");
    let mut command = match closed_folder_above(&root) {
        Some(closed) => {
            let mut command = workspace.command("unshare");
            command
                .args(["--mount", "sh", "-ec", OPENED, "opened"])
                .arg(closed)
                .arg(&root)
                .arg("setpriv");
            command
        }
        None => workspace.command("setpriv"),
    };
    command
        .arg(format!("--reuid={NOBODY}"))
        .arg(format!("--regid={NOBODY}"))
        .args([
            "--clear-groups",
            "--inh-caps=-all",
            "sh",
            "-c",
            RUN_ALL,
            "run-all",
        ])
        .arg(workspace.path("server"))
        .args(programs)
        .current_dir("/")
        .env("HOME", &home)
        .env("TMPDIR", &home);
    Ok(command)
}

/// Made anew, so that nothing of an earlier run is found.
fn make_home(home: &Path) -> std::io::Result<()> {
    if home.exists() {
        fs::remove_dir_all(home)?;
    }
    fs::create_dir_all(home)?;
    chown(home, Some(NOBODY), Some(NOBODY))?;
    fs::set_permissions(home, fs::Permissions::from_mode(0o700))
}

/// The topmost folder on the way to `path` that other users can't pass.
fn closed_folder_above(path: &Path) -> Option<&Path> {
    let passable = |folder: &Path| {
        fs::metadata(folder).is_ok_and(|metadata| metadata.permissions().mode() & 0o001 != 0)
    };
    let mut folders: Vec<&Path> = path.ancestors().skip(1).collect();
    folders.reverse();
    folders.into_iter().find(|folder| !passable(folder))
}
