//! Paths as callers give them, made absolute for the box.
//!
//! Text only: nothing is looked up here, and a symbolic link is followed later, inside the box.

use std::ffi::OsStr;
use std::path::PathBuf;

use super::error::BoxError;
use crate::box_files;

/// Where commands start and relative paths begin.
pub(super) const WORKSPACE: &str = "/workspace/home";

/// Where programs start that are given absolute paths.
pub(super) const ROOT: &str = "/";

/// `path`, relative to the workspace or absolute, as an absolute path of the box. An error names
/// `member`, the part of the request that it came in.
pub(super) fn absolute(member: &str, path: &str) -> Result<String, BoxError> {
    let invalid =
        |what: &dyn std::fmt::Display| BoxError::InvalidArgument(format!("{member}: {what}"));
    let path = box_files::absolute(path).map_err(|error| invalid(&error))?;
    path.into_os_string()
        .into_string()
        .map_err(|_| invalid(&"the path is not text"))
}

/// The same for a path that may not be text.
pub(super) fn in_box(member: &str, path: &OsStr) -> Result<PathBuf, BoxError> {
    let invalid = |error| BoxError::InvalidArgument(format!("{member}: {error}"));
    box_files::absolute(path).map_err(invalid)
}

/// The working directory that `folder` means; the workspace when it is absent or empty.
pub(super) fn working_directory(folder: Option<&str>) -> Result<String, BoxError> {
    match folder {
        None | Some("") => Ok(WORKSPACE.to_owned()),
        Some(folder) => absolute("folder", folder),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_folder_is_the_workspace() {
        assert_eq!(working_directory(None).unwrap(), WORKSPACE);
        assert_eq!(working_directory(Some("")).unwrap(), WORKSPACE);
        assert_eq!(
            working_directory(Some("repo")).unwrap(),
            "/workspace/home/repo"
        );
    }

    #[test]
    fn a_path_that_leaves_the_box_is_refused_under_its_name() {
        let refused = absolute("folder", "../../../etc").unwrap_err();
        assert!(refused.to_string().starts_with("folder: "), "{refused}");
    }
}
