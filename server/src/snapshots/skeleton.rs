//! Writes the directories and files that every box has on top of its image.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt, lchown, symlink};
use std::path::{Path, PathBuf};

use super::error::{LayerError, On};

/// Everyone in a box is its root already; this lets scripts that say `sudo` run unchanged.
const SUDO: &str = r#"#!/bin/sh
while [ $# -gt 0 ]; do
  case "$1" in
    --) shift; break ;;
    -u|-g|-h|-p|-C|-D|-R|-T|-U) shift; [ $# -gt 0 ] && shift ;;
    -*) shift ;;
    *=*) export "$1"; shift ;;
    *) break ;;
  esac
done
[ $# -gt 0 ] || set -- "${SHELL:-/bin/sh}"
exec "$@"
"#;

/// Name, mode.
const DIRECTORIES: [(&str, u32); 25] = [
    ("dev", 0o755),
    ("etc", 0o755),
    ("home", 0o755),
    ("home/boxuser", 0o755),
    ("media", 0o755),
    ("mnt", 0o755),
    ("opt", 0o755),
    ("proc", 0o555),
    ("root", 0o700),
    ("run", 0o755),
    ("srv", 0o755),
    ("sys", 0o555),
    ("tmp", 0o1777),
    ("usr", 0o755),
    ("var", 0o755),
    ("var/cache", 0o755),
    ("var/lib", 0o755),
    ("var/local", 0o755),
    ("var/log", 0o755),
    ("var/mail", 0o755),
    ("var/opt", 0o755),
    ("var/spool", 0o755),
    ("var/tmp", 0o1777),
    ("workspace", 0o755),
    ("workspace/home", 0o755),
];

const HOSTS: &str = "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n";

/// Names are looked up by the proxy, outside; a lookup in the box fails at once rather than late.
const RESOLV_CONF: &str = "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n";

/// A directory that is being filled, everything in it owned by the box's root.
#[derive(Debug)]
pub(super) struct Skeleton {
    path: PathBuf,
    owner: u32,
}

impl Skeleton {
    pub(super) fn create(path: &Path, owner: u32) -> Result<Self, LayerError> {
        let skeleton = Self {
            path: path.to_path_buf(),
            owner,
        };
        skeleton.directory("", 0o755)?;
        Ok(skeleton)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn into_path(self) -> PathBuf {
        self.path
    }

    /// Makes a directory, or sets the mode of one that is there.
    pub(super) fn directory(&self, name: &str, mode: u32) -> Result<PathBuf, LayerError> {
        let path = self.path.join(name);
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o755)
            .create(&path)
            .on("create", &path)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).on("chmod", &path)?;
        self.own(path)
    }

    pub(super) fn file(&self, name: &str, content: &str, mode: u32) -> Result<PathBuf, LayerError> {
        let path = self.path.join(name);
        let mut options = fs::File::options();
        options.write(true).create_new(true).mode(mode);
        let mut file = options.open(&path).on("create", &path)?;
        std::io::Write::write_all(&mut file, content.as_bytes()).on("write", &path)?;
        file.set_permissions(fs::Permissions::from_mode(mode))
            .on("chmod", &path)?;
        self.own(path)
    }

    pub(super) fn link(&self, name: &str, target: &Path) -> Result<PathBuf, LayerError> {
        let path = self.path.join(name);
        symlink(target, &path).on("link", &path)?;
        self.own(path)
    }

    /// A directory that hides what lies under it in the image.
    pub(super) fn hide(&self, name: &str) -> Result<(), LayerError> {
        let path = self.directory(name, 0o755)?;
        xattr::set(&path, "user.overlay.opaque", b"y").on("mark as opaque", &path)
    }

    fn own(&self, path: PathBuf) -> Result<PathBuf, LayerError> {
        lchown(&path, Some(self.owner), Some(self.owner)).on("chown", &path)?;
        Ok(path)
    }
}

/// What a box has whatever its image.
pub(super) fn add_base(skeleton: &Skeleton) -> Result<(), LayerError> {
    for (name, mode) in DIRECTORIES {
        skeleton.directory(name, mode)?;
    }
    skeleton.link("work", Path::new("/workspace/home"))?;
    skeleton.file("etc/hosts", HOSTS, 0o644)?;
    skeleton.file("etc/resolv.conf", RESOLV_CONF, 0o644)?;
    Ok(())
}

/// The stand-in for `sudo`, in the part of the tree that holds `/usr`.
pub(super) fn add_sudo(skeleton: &Skeleton, local_bin: &str) -> Result<(), LayerError> {
    skeleton.directory(local_bin, 0o755)?;
    skeleton
        .file(&format!("{local_bin}/sudo"), SUDO, 0o755)
        .map(drop)
}

/// The first lines of /etc/passwd: the box's user is its root by another name, so that nothing in
/// the box needs to gain privileges.
pub(super) fn user_lines(shell: &str) -> String {
    format!("boxuser:x:0:0:Box user:/home/boxuser:{shell}\nroot:x:0:0:root:/root:{shell}\n")
}
