//! Paths in messages: as text where they are text, and else as the list of their bytes.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serializer};

pub(super) fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    match path.to_str() {
        Some(text) => serializer.serialize_str(text),
        None => serializer.collect_seq(path.as_os_str().as_bytes()),
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Either {
    Text(PathBuf),
    Bytes(Vec<u8>),
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
    Ok(match Either::deserialize(deserializer)? {
        Either::Text(path) => path,
        Either::Bytes(bytes) => OsString::from_vec(bytes).into(),
    })
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Message(#[serde(with = "super")] PathBuf);

    #[test]
    fn a_path_arrives_as_it_was_sent() {
        for bytes in [&b"/a b"[..], b"/gr\xc3\xbc\xc3\x9fe", b"/\xff\n"] {
            let sent = Message(OsString::from_vec(bytes.to_vec()).into());
            let text = serde_json::to_string(&sent).unwrap();
            assert_eq!(serde_json::from_str::<Message>(&text).unwrap(), sent);
        }
    }
}
