//! Paths as clients give them.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use super::FileError;

/// Where relative paths start.
const WORKSPACE: &str = "/workspace/home";

/// The kernel's limit.
const LONGEST: usize = 4095;

/// The absolute path in the box that `path` means, without `.` and `..`.
///
/// # Errors
/// When it is empty, too long, holds a NUL, or has more `..` than directories to leave.
pub fn absolute(path: impl AsRef<OsStr>) -> Result<PathBuf, FileError> {
    let path = path.as_ref();
    let invalid = |reason| FileError::InvalidPath {
        path: path.to_string_lossy().into_owned(),
        reason,
    };
    if path.is_empty() {
        return Err(invalid("the path is empty"));
    }
    if path.as_bytes().contains(&0) {
        return Err(invalid("a path can't hold a NUL character"));
    }
    let joined = Path::new(WORKSPACE).join(path);
    if joined.as_os_str().len() > LONGEST {
        return Err(invalid("the path is too long"));
    }
    let mut absolute = PathBuf::from("/");
    for component in joined.components() {
        match component {
            Component::Normal(name) => absolute.push(name),
            Component::ParentDir => {
                if !absolute.pop() {
                    return Err(invalid("the path leaves the box"));
                }
            }
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    Ok(absolute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_resolved_from_the_workspace() {
        for (given, meant) in [
            ("a.txt", "/workspace/home/a.txt"),
            ("./a//b/", "/workspace/home/a/b"),
            ("../x", "/workspace/x"),
            ("/tmp/../etc/./hosts", "/etc/hosts"),
            ("/", "/"),
        ] {
            assert_eq!(absolute(given).unwrap(), Path::new(meant), "{given}");
        }
    }

    #[test]
    fn a_path_that_means_nothing_in_the_box_is_refused() {
        for path in ["", "../../../etc/passwd", "/..", "a\0b", &"x/".repeat(3000)] {
            assert!(
                matches!(absolute(path), Err(FileError::InvalidPath { .. })),
                "{path}"
            );
        }
    }
}
