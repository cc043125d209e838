//! Lets what runs in a box trust the server's own certificate authority, by which it knows the proxy
//! where that adds headers.
//!
//! The certificate is part of the image, so it is in every box, in no snapshot, and always the one of
//! the server that runs. Lists of authorities which the image has get it at their end.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;

use super::error::{LayerError, On};
use super::skeleton::Skeleton;
use crate::linux::open::{directory_handle, open_below};

/// Where systems keep the list that their programs read. Others are links to one of these.
const LISTS: [&str; 5] = [
    "etc/ssl/certs/ca-certificates.crt",
    "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "etc/ssl/ca-bundle.pem",
    "var/lib/ca-certificates/ca-bundle.pem",
    "etc/ssl/cert.pem",
];

const DIRECTORY: &str = "etc/box-server";
const ALONE: &str = "/etc/box-server/authority.pem";
const WITH_OTHERS: &str = "/etc/box-server/authorities.pem";

/// Tells programs that bring a list of their own, or are told of one, where the authority is.
pub(crate) const VARIABLES: [(&str, &str); 9] = [
    // These add to the list that the program has.
    ("NODE_EXTRA_CA_CERTS", ALONE),
    ("DENO_CERT", ALONE),
    // These stand in its place.
    ("AWS_CA_BUNDLE", WITH_OTHERS),
    ("CARGO_HTTP_CAINFO", WITH_OTHERS),
    ("CURL_CA_BUNDLE", WITH_OTHERS),
    ("GIT_SSL_CAINFO", WITH_OTHERS),
    ("PIP_CERT", WITH_OTHERS),
    ("REQUESTS_CA_BUNDLE", WITH_OTHERS),
    ("SSL_CERT_FILE", WITH_OTHERS),
];

/// Adds an authority in PEM to what the image trusts. Of its trees the topmost comes first.
pub(super) fn add(
    skeleton: &Skeleton,
    trees: &[PathBuf],
    authority: &str,
) -> Result<(), LayerError> {
    let mut with_others = None;
    for list in LISTS {
        let known = trees
            .iter()
            .find_map(|tree| read(tree, list).transpose())
            .transpose()?;
        let Some(known) = known else {
            continue;
        };
        let all = joined(&known, authority);
        replace(skeleton, list, &all)?;
        with_others.get_or_insert(all);
    }
    let with_others = with_others.unwrap_or_else(|| authority.to_owned());
    skeleton.directory(DIRECTORY, 0o755)?;
    for (path, content) in [(ALONE, authority), (WITH_OTHERS, &with_others)] {
        skeleton.file(path.trim_start_matches('/'), content, 0o644)?;
    }
    Ok(())
}

/// A file of an image itself: a link may lead anywhere, so none is followed.
pub(super) fn read(tree: &Path, name: &str) -> Result<Option<String>, LayerError> {
    let root = directory_handle(tree)?;
    let Ok(opened) = open_below(
        root.as_fd(),
        Path::new(name),
        OFlag::O_RDONLY | OFlag::O_NONBLOCK,
    ) else {
        return Ok(None);
    };
    let mut file = File::from(opened);
    let path = tree.join(name);
    if !file.metadata().on("look at", &path)?.is_file() {
        return Ok(None);
    }
    let mut content = Vec::new();
    file.read_to_end(&mut content).on("read", &path)?;
    Ok(Some(String::from_utf8_lossy(&content).into_owned()))
}

fn joined(known: &str, authority: &str) -> String {
    let end = if known.ends_with('\n') { "" } else { "\n" };
    format!("{known}{end}{authority}")
}

fn replace(skeleton: &Skeleton, name: &str, content: &str) -> Result<(), LayerError> {
    if let Some(parent) = Path::new(name).parent() {
        skeleton.directory(&parent.to_string_lossy(), 0o755)?;
    }
    match std::fs::remove_file(skeleton.path().join(name)) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(error).on("replace", &skeleton.path().join(name));
        }
        _ => {}
    }
    skeleton.file(name, content, 0o644).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authority_joins_the_lists_of_the_image_and_follows_no_link() {
        let image = tempfile::tempdir().unwrap();
        let certs = image.path().join("etc/ssl/certs");
        std::fs::create_dir_all(&certs).unwrap();
        std::fs::write(certs.join("ca-certificates.crt"), "known").unwrap();
        std::os::unix::fs::symlink("/etc/hostname", image.path().join("etc/ssl/cert.pem")).unwrap();
        let place = tempfile::tempdir().unwrap();
        let owner = nix::unistd::Uid::effective().as_raw();
        let skeleton = Skeleton::create(&place.path().join("root"), owner).unwrap();
        add(&skeleton, &[image.path().to_owned()], "ours\n").unwrap();
        let read = |name: &str| std::fs::read_to_string(skeleton.path().join(name)).ok();
        let all = Some("known\nours\n".to_owned());
        assert_eq!(read("etc/ssl/certs/ca-certificates.crt"), all);
        assert_eq!(read("etc/box-server/authorities.pem"), all);
        assert_eq!(
            read("etc/box-server/authority.pem"),
            Some("ours\n".to_owned())
        );
        assert_eq!(read("etc/ssl/cert.pem"), None);
    }
}
