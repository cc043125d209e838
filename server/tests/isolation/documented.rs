//! `SECURITY.md` names everything that is tried here.

use crate::{bombs, crowding, files, kernel, network, paths, processes, races};

#[test]
fn the_document_names_every_program() {
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/../SECURITY.md");
    let document = std::fs::read_to_string(document).unwrap();
    let programs = [
        files::ALL.as_slice(),
        &processes::ALL,
        &kernel::ALL,
        &network::ALL,
        &crowding::ALL,
    ];
    let programs = programs.into_iter().flatten().map(|program| program.name);
    let others = [paths::PREPARED.as_slice(), &races::RACES, &bombs::BOMBS];
    let others = others.into_iter().flatten().map(|(name, _)| *name);
    let missing: Vec<&str> = programs
        .chain(others)
        .filter(|name| !document.contains(name))
        .collect();
    assert!(missing.is_empty(), "SECURITY.md does not name {missing:#?}");
}
