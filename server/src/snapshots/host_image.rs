//! The default image: the host's programs, and a fresh tree for everything else.
//!
//! Nothing of the host is shown but what is named here. Its /usr is a read-only layer; of its /etc,
//! the files below are copied when everyone on the host may read them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::error::{LayerError, On};
use super::image::Part;
use super::skeleton::{Skeleton, add_base, add_sudo, user_lines};
use super::trust;
use crate::sandbox::Lower;

/// Directories at the root that are links into /usr on most systems, and directories on others.
const TOP: [&str; 7] = ["bin", "sbin", "lib", "lib32", "lib64", "libx32", "libo32"];

/// What programs look up in /etc, and what tells nothing of this machine's owner.
const ETC: [&str; 40] = [
    "alpine-release",
    "alternatives",
    "bash.bashrc",
    "ca-certificates",
    "ca-certificates.conf",
    "crypto-policies",
    "debian_version",
    "fonts",
    "gai.conf",
    "host.conf",
    "inputrc",
    "java-11-openjdk",
    "java-17-openjdk",
    "java-21-openjdk",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "locale.alias",
    "locale.conf",
    "localtime",
    "login.defs",
    "lsb-release",
    "magic",
    "mime.types",
    "nsswitch.conf",
    "os-release",
    "pki/ca-trust",
    "pki/tls/certs",
    "profile",
    "protocols",
    "python3",
    "python3.11",
    "redhat-release",
    "rpc",
    "services",
    "shells",
    "skel",
    "ssl/certs",
    "ssl/openssl.cnf",
    "terminfo",
];

/// Configuration of the host's administrator, which may hold credentials.
const HIDDEN_IN_USR: [&str; 2] = ["etc", "local/etc"];

/// How deep the directories under /usr/local are made writable where owners can't be mapped.
const WRITABLE_DEPTH: usize = 4;

const OTHER_USERS: &str = "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n\
    bin:x:2:2:bin:/bin:/usr/sbin/nologin\n\
    sys:x:3:3:sys:/dev:/usr/sbin/nologin\n\
    www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n\
    nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n";

const GROUPS: &str = "boxuser:x:0:\nroot:x:0:\ndaemon:x:1:\nbin:x:2:\nsys:x:3:\nadm:x:4:\ntty:x:5:\n\
    disk:x:6:\nmail:x:8:\nkmem:x:15:\nwww-data:x:33:\nutmp:x:43:\nstaff:x:50:\nusers:x:100:\n\
    nogroup:x:65534:\n";

pub(super) fn build(place: &Path, owner: u32, authority: &str) -> Result<Vec<Part>, LayerError> {
    let root = Skeleton::create(&place.join("root"), owner)?;
    add_base(&root)?;
    let shell = if Path::new("/bin/bash").exists() {
        "/bin/bash"
    } else {
        "/bin/sh"
    };
    root.file(
        "etc/passwd",
        &format!("{}{OTHER_USERS}", user_lines(shell)),
        0o644,
    )?;
    root.file("etc/group", GROUPS, 0o644)?;
    for name in ETC {
        copy_readable(&Path::new("/etc").join(name), &format!("etc/{name}"), &root)?;
    }
    // Of the copies in the tree, which hold nothing of the host that is not for everyone.
    let copies = place.join("root");
    trust::add(&root, &[copies], authority)?;
    let usr = Skeleton::create(&place.join("usr"), owner)?;
    add_sudo(&usr, "local/bin")?;
    for name in HIDDEN_IN_USR {
        usr.hide(name)?;
    }
    make_local_writable(&usr)?;
    let mut parts = vec![Part {
        name: "usr".into(),
        target: "/usr".into(),
        lowers: vec![Lower::Layer(usr.into_path()), Lower::Host("/usr".into())],
    }];
    for name in TOP {
        parts.extend(top(name, &root)?);
    }
    parts.insert(
        0,
        Part {
            name: "root".into(),
            target: "/".into(),
            lowers: vec![Lower::Layer(root.into_path())],
        },
    );
    Ok(parts)
}

/// A link stays a link; a directory becomes a part of its own.
fn top(name: &str, root: &Skeleton) -> Result<Option<Part>, LayerError> {
    let path = Path::new("/").join(name);
    let Ok(metadata) = path.symlink_metadata() else {
        return Ok(None);
    };
    if metadata.is_symlink() {
        root.link(name, &fs::read_link(&path).on("read link", &path)?)?;
        return Ok(None);
    }
    root.directory(name, 0o755)?;
    Ok(Some(Part {
        name: name.into(),
        target: path.clone(),
        lowers: vec![Lower::Host(path)],
    }))
}

/// Global installs go under /usr/local. Where the host's owners can't be mapped its directories
/// belong to nobody, so directories of ours are laid over them.
fn make_local_writable(usr: &Skeleton) -> Result<(), LayerError> {
    let local = Path::new("/usr/local");
    let directories = WalkDir::new(local)
        .max_depth(WRITABLE_DEPTH)
        .into_iter()
        .flatten();
    for entry in directories.filter(|entry| entry.file_type().is_dir()) {
        let Ok(name) = entry.path().strip_prefix("/usr") else {
            continue;
        };
        if !HIDDEN_IN_USR.iter().any(|hidden| name.starts_with(hidden)) {
            usr.directory(&name.to_string_lossy(), 0o755)?;
        }
    }
    Ok(())
}

/// Copies a file, link or tree of /etc, leaving out what not everyone may read.
fn copy_readable(source: &Path, name: &str, root: &Skeleton) -> Result<(), LayerError> {
    let Ok(metadata) = source.symlink_metadata() else {
        return Ok(());
    };
    if let Some(parent) = Path::new(name).parent() {
        root.directory(&parent.to_string_lossy(), 0o755)?;
    }
    let mode = metadata.permissions().mode();
    if metadata.is_symlink() {
        root.link(name, &fs::read_link(source).on("read link", source)?)?;
    } else if mode & 0o004 == 0 {
        tracing::debug!(path = %source.display(), "left out of the image: not for everyone");
    } else if metadata.is_dir() {
        root.directory(name, 0o755)?;
        for entry in fs::read_dir(source).on("list", source)? {
            let entry = entry.on("list", source)?.path();
            let Some(last) = entry.file_name().and_then(|last| last.to_str()) else {
                continue;
            };
            copy_readable(&entry, &format!("{name}/{last}"), root)?;
        }
    } else if metadata.is_file() {
        copy_file(source, &root.file(name, "", mode & 0o755)?)?;
    }
    Ok(())
}

fn copy_file(source: &Path, target: &PathBuf) -> Result<(), LayerError> {
    let content = fs::read(source).on("read", source)?;
    fs::write(target, content).on("write", target)
}
