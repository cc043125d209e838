//! What `--image` says.

use std::path::{Path, PathBuf};

use crate::boxes::check_runtime;
use crate::snapshots::ImageSource;

const FORMS: &str = "it must be `host`, `dir:PATH`, `oci:PATH` or `oci:PATH:TAG` for an OCI image \
    layout, or an image in a registry like `docker.io/library/node:22`";

/// One of the forms.
pub(super) fn parse(text: &str) -> Result<ImageSource, String> {
    match text.split_once(':') {
        None if text == "host" => Ok(ImageSource::Host),
        Some(("dir", path)) if !path.is_empty() => Ok(ImageSource::Directory(found(path)?)),
        Some(("oci", path)) if !path.is_empty() => layout(path),
        Some(("docker", rest)) => match rest.strip_prefix("//") {
            Some(reference) => registry(reference),
            None => registry(text),
        },
        // A single word would be an image of Docker Hub, and is a slip more often.
        None if !text.contains('/') => Err(FORMS.to_owned()),
        _ => registry(text),
    }
}

/// A runtime and its image, which a snapshot on it names by its digest: that takes one of the images
/// that have one.
pub(super) fn parse_runtime(text: &str) -> Result<(String, ImageSource), String> {
    let (runtime, image) = text
        .split_once('=')
        .ok_or("it must be like node=docker.io/library/node:22")?;
    check_runtime(runtime).map_err(|error| error.to_string())?;
    match parse(image)? {
        ImageSource::Host | ImageSource::Directory(_) => Err(format!(
            "{runtime} needs an image of a layout or a registry, and {image} is none"
        )),
        source => Ok((runtime.to_owned(), source)),
    }
}

/// A path may have a colon in it, so what exists wins.
fn layout(text: &str) -> Result<ImageSource, String> {
    let (path, tag) = match text.rsplit_once(':') {
        Some((path, tag)) if !Path::new(text).exists() => (path, Some(tag.to_owned())),
        _ => (text, None),
    };
    Ok(ImageSource::Layout {
        path: found(path)?,
        tag,
    })
}

fn registry(reference: &str) -> Result<ImageSource, String> {
    match reference.parse::<oci_client::Reference>() {
        Ok(_) => Ok(ImageSource::Registry(reference.to_owned())),
        Err(error) => Err(format!("{error}; {FORMS}")),
    }
}

fn found(path: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(path);
    path.canonicalize()
        .map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_told_from_the_others() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().canonicalize().unwrap();
        let shown = path.display();
        let registry = |text: &str| Ok(ImageSource::Registry(text.to_owned()));
        let layout = |tag: Option<&str>| {
            Ok(ImageSource::Layout {
                path: path.clone(),
                tag: tag.map(str::to_owned),
            })
        };
        assert_eq!(parse("host"), Ok(ImageSource::Host));
        let given = parse(&format!("dir:{shown}"));
        assert_eq!(given, Ok(ImageSource::Directory(path.clone())));
        assert_eq!(parse(&format!("oci:{shown}")), layout(None));
        assert_eq!(parse(&format!("oci:{shown}:v1")), layout(Some("v1")));
        assert_eq!(parse("docker://debian"), registry("debian"));
        assert_eq!(parse("node:22"), registry("node:22"));
        assert_eq!(
            parse("127.0.0.1:5000/team/node:22"),
            registry("127.0.0.1:5000/team/node:22")
        );
        for wrong in [
            "",
            "hosts",
            "dir:",
            "oci:/no/such/place",
            "docker:// ",
            "UPPER/CASE:1",
        ] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
