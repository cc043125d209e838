//! Paths: of files in a box, and of the addresses that requests go to.
//!
//! Nothing here looks at a disk. Whether a path leaves the box is the server's to judge.

use crate::sentence::sentence;

/// Where a box's commands start, and where relative paths begin.
pub const WORKSPACE: &str = "/workspace/home";

/// The absolute path that `path` means in the directory `cwd`. `.` and `..` are the server's to resolve.
pub fn resolve(cwd: &str, path: &str) -> String {
    if path.starts_with('/') {
        return path.to_owned();
    }
    let cwd = without_slashes(cwd);
    if path.is_empty() || path == "." {
        or_root(cwd)
    } else {
        sentence(&[cwd, "/", path])
    }
}

/// How a working directory travels: nothing for the workspace, relative inside it, else absolute.
pub fn folder(path: &str) -> Option<String> {
    let path = or_root(without_slashes(path));
    match path.strip_prefix(WORKSPACE) {
        Some("") => None,
        Some(inside) if inside.starts_with('/') => {
            Some(inside.get(1..).unwrap_or_default().to_owned())
        }
        _ => Some(path),
    }
}

/// Adds text to an address, as one segment of its path or as a value of its query.
pub fn encode(address: &mut String, text: &str) {
    for byte in text.bytes() {
        if matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~') {
            address.push(char::from(byte));
        } else {
            address.push('%');
            for half in [byte >> 4, byte & 15] {
                address.push(char::from(if half < 10 {
                    b'0' + half
                } else {
                    b'A' - 10 + half
                }));
            }
        }
    }
}

/// Text without the slashes at its end.
pub fn without_slashes(mut text: &str) -> &str {
    while let Some(rest) = text.strip_suffix('/') {
        text = rest;
    }
    text
}

fn or_root(path: &str) -> String {
    if path.is_empty() {
        "/".to_owned()
    } else {
        path.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{encode, folder, resolve};

    #[test]
    fn relative_paths_begin_in_the_working_directory() {
        for (cwd, path, absolute) in [
            ("/workspace/home", "a.txt", "/workspace/home/a.txt"),
            ("/workspace/home", "../a.txt", "/workspace/home/../a.txt"),
            ("/workspace/home", "/tmp/a.txt", "/tmp/a.txt"),
            ("/workspace/home", "", "/workspace/home"),
            ("/workspace/home", ".", "/workspace/home"),
            ("/", "a.txt", "/a.txt"),
            ("/", ".", "/"),
        ] {
            assert_eq!(resolve(cwd, path), absolute);
        }
    }

    #[test]
    fn a_folder_is_told_relative_to_the_workspace() {
        for (path, told) in [
            ("/workspace/home", None),
            ("/workspace/home/", None),
            ("/workspace/home/app", Some("app")),
            ("/workspace/home/app/src", Some("app/src")),
            ("/workspace/homely", Some("/workspace/homely")),
            ("/tmp", Some("/tmp")),
            ("/", Some("/")),
        ] {
            assert_eq!(folder(path).as_deref(), told, "{path}");
        }
    }

    #[test]
    fn only_letters_that_mean_themselves_stay() {
        for (text, encoded) in [
            ("a/../b?c=d#é %", "a%2F..%2Fb%3Fc%3Dd%23%C3%A9%20%25"),
            ("calm-otter_1.2~", "calm-otter_1.2~"),
        ] {
            let mut address = String::new();
            encode(&mut address, text);
            assert_eq!(address, encoded);
        }
    }
}
