//! What a box says of its trees, held against the model.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::tree::{Kind, Node, Path, Tree};

/// Files of this size consist mostly of holes here, and must go on doing so.
const SPARSE_FROM: usize = 128 << 10;

/// One entry a path; equal only when everything is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Description {
    entries: BTreeMap<Path, Value>,
}

impl Description {
    pub(crate) fn parse(lines: &str) -> Self {
        let entries = lines.lines().map(|line| {
            let entry: Value = serde_json::from_str(line).unwrap();
            let path = BASE64.decode(entry["path"].as_str().unwrap()).unwrap();
            (path, entry)
        });
        Self {
            entries: entries.collect(),
        }
    }

    /// What differs from the model, one line an entry.
    pub(crate) fn differences(&self, tree: &Tree) -> Vec<String> {
        let mut expected = expected(tree);
        let mut differences = Vec::new();
        for (path, found) in &self.entries {
            let mut wanted = expected.remove(path).unwrap_or(Value::Null);
            if wanted["mtime"].is_null() && !wanted.is_null() {
                wanted["mtime"] = found["mtime"].clone();
            }
            if wanted.get("sparse").is_some_and(Value::is_null) {
                wanted["sparse"] = found["sparse"].clone();
            }
            let is_copied_up = tree.get(path).is_some_and(|node| node.is_copied_up);
            if is_copied_up && !wanted["same_as"].is_null() {
                wanted["same_as"] = found["same_as"].clone();
            }
            if wanted != *found {
                let path = path.escape_ascii();
                differences.push(format!("{path}:\n  wanted {wanted}\n  found  {found}"));
            }
        }
        for (path, wanted) in expected {
            differences.push(format!("{}: missing, {wanted}", path.escape_ascii()));
        }
        differences
    }

    /// What differs from another description, apart from which names are one file.
    pub(crate) fn changes(&self, other: &Self) -> Vec<String> {
        let paths = self.entries.keys().chain(other.entries.keys());
        let pairs = paths.map(|path| (path, self.without_links(path), other.without_links(path)));
        pairs
            .filter(|(_, one, two)| one != two)
            .map(|(path, one, two)| format!("{}:\n  {one}\n  {two}", path.escape_ascii()))
            .collect()
    }

    fn without_links(&self, path: &Path) -> Value {
        let mut entry = self.entries.get(path).cloned().unwrap_or_default();
        if let Some(members) = entry.as_object_mut() {
            members.remove("same_as");
        }
        entry
    }

    /// Tells the model the times that it could not know.
    pub(crate) fn teach(&self, tree: &mut Tree) {
        for (path, entry) in &self.entries {
            tree.learn_mtime(path, entry["mtime"].as_i64().unwrap());
        }
    }
}

fn expected(tree: &Tree) -> BTreeMap<Path, Value> {
    let mut first_names: BTreeMap<usize, &Path> = BTreeMap::new();
    let mut entries = BTreeMap::new();
    for (path, id, node) in tree.walk() {
        let first = *first_names.entry(id).or_insert(path);
        entries.insert(path.clone(), entry(path, first, node));
    }
    entries
}

fn entry(path: &Path, first: &Path, node: &Node) -> Value {
    let kind = match node.kind {
        Kind::File(_) => 0o100_000,
        Kind::Directory => 0o040_000,
        Kind::Link(_) => 0o120_000,
        Kind::Pipe => 0o010_000,
    };
    let mut entry = json!({
        "path": BASE64.encode(path),
        "mode": kind | node.mode,
        "owner": [0, 0],
        "mtime": node.mtime,
    });
    if node.kind != Kind::Directory {
        entry["same_as"] = json!(BASE64.encode(first));
    }
    if let Kind::Link(target) = &node.kind {
        entry["target"] = json!(BASE64.encode(target));
    }
    if let Kind::File(content) = &node.kind {
        entry["size"] = json!(content.len());
        entry["crc"] = json!(crc32(content));
        if content.len() >= SPARSE_FROM {
            entry["sparse"] = if node.has_lost_holes {
                Value::Null
            } else {
                json!(true)
            };
        }
    }
    if matches!(node.kind, Kind::File(_) | Kind::Directory) {
        let encoded = node.xattrs.iter();
        entry["xattrs"] = encoded
            .map(|(name, value)| (name.clone(), json!(BASE64.encode(value))))
            .collect();
    }
    entry
}

/// As zlib computes it.
fn crc32(data: &[u8]) -> u32 {
    static TABLE: std::sync::LazyLock<[u32; 256]> = std::sync::LazyLock::new(|| {
        std::array::from_fn(|index| {
            (0..8).fold(u32::try_from(index).unwrap(), |value, _| {
                (value >> 1) ^ (0xEDB8_8320 * (value & 1))
            })
        })
    });
    !data.iter().fold(!0, |crc, byte| {
        (crc >> 8) ^ TABLE[((crc ^ u32::from(*byte)) & 0xFF) as usize]
    })
}
