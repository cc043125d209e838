//! What `--image` says.

use std::path::PathBuf;

use crate::snapshots::ImageSource;

/// `host`, or `dir:` and a directory.
pub(super) fn parse(text: &str) -> Result<ImageSource, String> {
    match text.split_once(':') {
        None if text == "host" => Ok(ImageSource::Host),
        Some(("dir", path)) if !path.is_empty() => {
            let path = PathBuf::from(path);
            let found = path
                .canonicalize()
                .map_err(|error| format!("{}: {error}", path.display()))?;
            Ok(ImageSource::Directory(found))
        }
        _ => Err("it must be `host` or `dir:PATH`".to_owned()),
    }
}
