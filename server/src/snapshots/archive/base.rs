//! What the boxes of a server stand on, in words that another server can compare with its own.

use std::fs;
use std::path::Path;

use crate::snapshots::Image;

/// Like `host debian 12`: where the image is from, and what system it is.
pub(in crate::snapshots) fn describe(image: &Image) -> String {
    let (kind, root) = match image {
        Image::Host => ("host", Path::new("/")),
        Image::Directory(path) => ("directory", path.as_path()),
        Image::Stored(stored) => return format!("image {}", stored.digest()),
    };
    format!("{kind} {}", system(root))
}

fn system(root: &Path) -> String {
    let places = ["usr/lib/os-release", "etc/os-release"];
    let text = places
        .iter()
        .find_map(|place| fs::read_to_string(root.join(place)).ok())
        .unwrap_or_default();
    let value = |name: &str| {
        let found = text.lines().find_map(|line| {
            let (key, value) = line.split_once('=')?;
            (key == name).then(|| value.trim_matches(['"', '\'']).to_owned())
        });
        found.unwrap_or_default()
    };
    let system = format!("{} {}", value("ID"), value("VERSION_ID"));
    match system.trim() {
        "" => "unknown".to_owned(),
        system => system.to_owned(),
    }
}
