//! Where the server keeps everything unless told otherwise.

use std::path::PathBuf;

use nix::unistd::Uid;

/// The system's place for root, the user's place for others.
pub(super) fn default() -> Result<PathBuf, String> {
    if Uid::effective().is_root() {
        return Ok(PathBuf::from("/var/lib/box-server"));
    }
    let given = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|p| p.is_absolute())
    };
    given("XDG_DATA_HOME")
        .or_else(|| Some(given("HOME")?.join(".local/share")))
        .map(|base| base.join("box-server"))
        .ok_or_else(|| "there is no home directory: say where to keep data with --data".to_owned())
}
