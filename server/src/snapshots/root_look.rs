//! Whether the root directory of a part is as it was when it was made.
//!
//! An upper is made with the mode and times of what it covers, so an empty one tells nothing more
//! than the layers below, unless the box changed the directory itself. What it was made with is kept
//! beside it, out of the box's sight.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::error::{LayerError, On};

/// Attributes of a box's directory; one a part.
const ATTRIBUTE: &str = "user.fresh.";

/// Notes how the new directory of a part looks.
pub(super) fn note(box_directory: &Path, part: &str, upper: &Path) -> Result<(), LayerError> {
    let look = look(upper)?;
    xattr::set(box_directory, format!("{ATTRIBUTE}{part}"), look.as_bytes())
        .on("note the look of", upper)
}

/// Whether the directory of a part looks otherwise now. One that was never noted does not.
pub(super) fn has_changed(
    box_directory: &Path,
    part: &str,
    upper: &Path,
) -> Result<bool, LayerError> {
    let noted =
        xattr::get(box_directory, format!("{ATTRIBUTE}{part}")).on("read the look of", upper)?;
    let now = look(upper)?;
    Ok(noted.is_some_and(|noted| noted != now.as_bytes()))
}

fn look(path: &Path) -> Result<String, LayerError> {
    let metadata = fs::metadata(path).on("look at", path)?;
    Ok(format!(
        "{:o} {} {} {}.{}",
        metadata.mode(),
        metadata.uid(),
        metadata.gid(),
        metadata.mtime(),
        metadata.mtime_nsec()
    ))
}
