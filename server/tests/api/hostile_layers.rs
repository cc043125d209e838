//! Layers that nobody may take in, whatever lies below them.

use tar::EntryType;

use crate::image_files::{Entry, directory, entry, file, hard_link, link, with_records};

/// Each with what is wrong, those that lead out first. `outside` must not be there afterwards.
pub(crate) fn hostile_layers(outside: &'static str) -> Vec<(&'static str, Vec<Entry>)> {
    let deep = "d/".repeat(1500);
    let long = "x".repeat(300);
    let (deep, long): (&'static str, &'static str) = (deep.leak(), long.leak());
    vec![
        ("up and out", vec![file("../outside", "x")]),
        ("up in the middle", vec![file("a/../../outside", "x")]),
        ("absolute", vec![file(outside, "x")]),
        (
            "through a link",
            vec![link("way", "/"), file("way/outside", "x")],
        ),
        (
            "through a link to a directory",
            vec![directory("a"), link("way", "a"), file("way/outside", "x")],
        ),
        ("through a file", vec![file("a", "x"), file("a/b", "x")]),
        (
            "a hard link out",
            vec![hard_link("a", "../../boxes.sqlite")],
        ),
        (
            "a hard link to what is absolute",
            vec![hard_link("a", "/etc/passwd")],
        ),
        (
            "a hard link into the image",
            vec![hard_link("a", "etc/os-release")],
        ),
        (
            "a hard link through a link",
            vec![link("way", "/etc"), hard_link("a", "way/passwd")],
        ),
        ("a hard link to nothing", vec![hard_link("a", "b")]),
        ("a device", vec![entry(EntryType::Char, "null")]),
        ("another device", vec![entry(EntryType::Block, "sda")]),
        ("an unknown kind", vec![entry(EntryType::new(b'Z'), "z")]),
        ("old sparse", vec![entry(EntryType::GNUSparse, "z")]),
        (
            "a file on a directory",
            vec![directory("a"), file("a/b", "x"), file("a", "x")],
        ),
        ("a mark of another kind", vec![file(".wh..wh.plnk", "")]),
        ("a deletion of ..", vec![file("a/.wh...", "")]),
        (
            "too deep",
            vec![with_records(vec![("path", deep)], file("a", "x"))],
        ),
        (
            "too long",
            vec![with_records(vec![("path", long)], file("a", "x"))],
        ),
        (
            "nobody's",
            vec![with_records(vec![("uid", "99999999")], file("a", "x"))],
        ),
        (
            "overlayfs's own attribute",
            vec![with_records(
                vec![("SCHILY.xattr.user.overlay.opaque", "y")],
                directory("a"),
            )],
        ),
        (
            "a file longer than its data",
            vec![with_records(vec![("size", "99999")], file("a", "x"))],
        ),
        (
            "a link with data",
            vec![with_records(vec![("size", "1")], link("a", "b"))],
        ),
        (
            "an endless sparse file",
            vec![with_records(
                vec![
                    ("GNU.sparse.major", "1"),
                    ("GNU.sparse.minor", "0"),
                    ("GNU.sparse.name", "a"),
                    ("GNU.sparse.realsize", "10"),
                ],
                file("a", "1\n0\n9999999999\n"),
            )],
        ),
    ]
}
