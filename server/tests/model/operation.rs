//! What can be done to a tree, and how to make up something that is possible.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::tree::{Kind, Path, Tree};

/// One call, more or less, of a program in the box.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
    Write {
        path: Path,
        content: Vec<u8>,
    },
    Append {
        path: Path,
        content: Vec<u8>,
    },
    WriteAt {
        path: Path,
        offset: usize,
        content: Vec<u8>,
    },
    Truncate {
        path: Path,
        size: usize,
    },
    Mkdir {
        path: Path,
    },
    Fifo {
        path: Path,
    },
    Symlink {
        target: Path,
        path: Path,
    },
    Link {
        source: Path,
        path: Path,
    },
    Rename {
        source: Path,
        path: Path,
    },
    Unlink {
        path: Path,
    },
    Rmtree {
        path: Path,
    },
    Chmod {
        path: Path,
        mode: u32,
    },
    Utime {
        path: Path,
        ns: i64,
    },
    SetXattr {
        path: Path,
        name: String,
        value: Vec<u8>,
    },
    RemoveXattr {
        path: Path,
        name: String,
    },
}

/// Few, so that what was removed comes back as something else.
const NAMES: [&[u8]; 10] = [
    b"a",
    b"b",
    b"c c",
    b"line\nbreak",
    b"\xff\xfe not text",
    b"\xc3\xbc",
    b".wh.a",
    b"-'\"",
    b"a name that is rather long, as some programs make them: 0123456789 0123456789 0123456789",
    b"z",
];

const DEEPEST: usize = 4;
const MOST_ENTRIES: usize = 90;

impl Operation {
    /// Something that can be done to `tree`. `alone`: by one call that happens at once or not.
    pub(crate) fn random(tree: &Tree, alone: bool, random: &mut fastrand::Rng) -> Self {
        loop {
            let made = Self::attempt(tree, random);
            if let Some(operation) = made
                && !(alone && matches!(operation, Self::Rmtree { .. }))
            {
                return operation;
            }
        }
    }

    fn attempt(tree: &Tree, random: &mut fastrand::Rng) -> Option<Self> {
        let is_full = tree.walk().len() > MOST_ENTRIES;
        Some(match random.u8(..if is_full { 5 } else { 40 }) {
            0 | 1 => Self::Unlink {
                path: existing(tree, random, |kind| *kind != Kind::Directory)?,
            },
            2 => Self::Rmtree {
                path: below_a_root(existing(tree, random, is_directory)?)?,
            },
            3..6 => Self::rename(tree, random)?,
            6..10 => Self::Write {
                path: existing(tree, random, is_file)?,
                content: content(random),
            },
            10..15 => Self::Write {
                path: fresh(tree, random)?,
                content: content(random),
            },
            15..17 => Self::Append {
                path: existing(tree, random, is_file)?,
                content: content(random),
            },
            17..19 => Self::WriteAt {
                path: existing(tree, random, is_file)?,
                offset: random.usize(..250_000),
                content: content(random),
            },
            19 => Self::Truncate {
                path: existing(tree, random, is_file)?,
                size: *random.choice(&[0, 1, 4096, 200_000])?,
            },
            20..24 => Self::Mkdir {
                path: fresh(tree, random)?,
            },
            24 => Self::Fifo {
                path: fresh(tree, random)?,
            },
            25..27 => Self::Symlink {
                target: NAMES[random.usize(..NAMES.len())].to_vec(),
                path: fresh(tree, random)?,
            },
            27..30 => Self::Link {
                source: existing(tree, random, is_file)?,
                path: fresh(tree, random)?,
            }
            .within_one_root()?,
            30 | 31 => Self::Chmod {
                path: existing(tree, random, is_directory)?,
                mode: mode(&[0o755, 0o700, 0o711, 0o1777, 0o500], 0o000, random),
            },
            32 | 33 => Self::Chmod {
                path: existing(tree, random, is_file)?,
                mode: mode(&[0o644, 0o600, 0o755, 0o444, 0o400], 0o200, random),
            },
            34 | 35 => Self::Utime {
                path: existing(tree, random, |kind| !matches!(kind, Kind::Link(_)))?,
                ns: random.i64(0..1_700_000_000_000_000_000),
            },
            36 | 37 => Self::SetXattr {
                path: existing(tree, random, |kind| is_file(kind) || is_directory(kind))?,
                name: format!("user.{}", random.alphabetic()),
                value: content(random).into_iter().take(40).collect(),
            },
            _ => {
                let path = existing(tree, random, |kind| is_file(kind) || is_directory(kind))?;
                let mut names = tree.get(&path)?.xattrs.keys();
                let name = names.next()?.clone();
                Self::RemoveXattr { path, name }
            }
        })
    }

    /// Onto nothing, onto another file, or a directory onto an empty one.
    fn rename(tree: &Tree, random: &mut fastrand::Rng) -> Option<Self> {
        let source = below_a_root(existing(tree, random, |_| true)?)?;
        let moves_directory = is_directory(&tree.get(&source)?.kind);
        let path = match random.bool() {
            true => fresh(tree, random)?,
            false => existing(tree, random, |kind| is_directory(kind) == moves_directory)?,
        };
        let path = below_a_root(path)?;
        let is_possible = !tree.is_same_file(&source, &path)
            && !tree.has_children(&path)
            && !path.starts_with(&[source.as_slice(), b"/"].concat());
        Self::Rename { source, path }
            .within_one_root()
            .filter(|_| is_possible)
    }

    fn within_one_root(self) -> Option<Self> {
        match &self {
            Self::Link { source, path } | Self::Rename { source, path } => {
                (source[0] == path[0]).then_some(self)
            }
            _ => Some(self),
        }
    }

    /// As the interpreter in the box reads it.
    pub(crate) fn to_json(&self) -> Value {
        let encode = |bytes: &Vec<u8>| BASE64.encode(bytes);
        match self {
            Self::Write { path, content } => json!(["write", encode(path), encode(content)]),
            Self::Append { path, content } => json!(["append", encode(path), encode(content)]),
            Self::WriteAt {
                path,
                offset,
                content,
            } => json!(["write_at", encode(path), offset, encode(content)]),
            Self::Truncate { path, size } => json!(["truncate", encode(path), size]),
            Self::Mkdir { path } => json!(["mkdir", encode(path)]),
            Self::Fifo { path } => json!(["fifo", encode(path)]),
            Self::Symlink { target, path } => json!(["symlink", encode(path), encode(target)]),
            Self::Link { source, path } => json!(["link", encode(source), encode(path)]),
            Self::Rename { source, path } => json!(["rename", encode(source), encode(path)]),
            Self::Unlink { path } => json!(["unlink", encode(path)]),
            Self::Rmtree { path } => json!(["rmtree", encode(path)]),
            Self::Chmod { path, mode } => json!(["chmod", encode(path), mode]),
            Self::Utime { path, ns } => json!(["utime", encode(path), ns]),
            Self::SetXattr { path, name, value } => {
                json!(["setxattr", encode(path), name, encode(value)])
            }
            Self::RemoveXattr { path, name } => json!(["removexattr", encode(path), name]),
        }
    }
}

fn is_file(kind: &Kind) -> bool {
    matches!(kind, Kind::File(_))
}

fn is_directory(kind: &Kind) -> bool {
    *kind == Kind::Directory
}

fn existing(tree: &Tree, random: &mut fastrand::Rng, fits: impl Fn(&Kind) -> bool) -> Option<Path> {
    let all = tree.walk();
    let fitting = all.iter().filter(|(_, _, node)| fits(&node.kind));
    random
        .choice(fitting.collect::<Vec<_>>())
        .map(|(path, ..)| (*path).clone())
}

/// A path at which nothing is yet.
fn fresh(tree: &Tree, random: &mut fastrand::Rng) -> Option<Path> {
    let above = existing(tree, random, is_directory)?;
    let name = *random.choice(&NAMES)?;
    let path = [above.as_slice(), b"/", name].concat();
    let depth = path.iter().filter(|byte| **byte == b'/').count();
    (depth <= DEEPEST && tree.get(&path).is_none()).then_some(path)
}

fn below_a_root(path: Path) -> Option<Path> {
    (path.len() > 1).then_some(path)
}

/// `closed` only where the server is root: an ordinary user's server can't read what a box has
/// closed to its owner.
fn mode(open: &[u32], closed: u32, random: &mut fastrand::Rng) -> u32 {
    if nix::unistd::Uid::effective().is_root() && random.u8(..5) == 0 {
        return closed;
    }
    *random.choice(open).expect("not empty")
}

fn content(random: &mut fastrand::Rng) -> Vec<u8> {
    let length = *random.choice(&[0, 1, 10, 300, 5000]).expect("not empty");
    std::iter::repeat_with(|| random.u8(..))
        .take(length)
        .collect()
}
