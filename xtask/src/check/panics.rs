//! Nothing in the product may end by a panic: what comes from outside is an error, said to whoever sent it.
//!
//! Clippy refuses `unwrap` and indexing; this holds the other ways.

use anyhow::Result;

use super::source_files::{self, SourceFile, none_of};
use crate::workspace::Workspace;

const PRODUCT: [&str; 2] = ["src", "server/src"];
/// From this line on a file is tests, which end by panics.
const TESTS: &str = "#[cfg(test)]";
/// As they stand in code without the content of its texts.
const PANICS: [&str; 8] = [
    ".unwrap()",
    ".expect()",
    "panic!(",
    "unreachable!(",
    "unimplemented!(",
    "assert!(",
    "assert_eq!(",
    "assert_ne!(",
];

/// Fails with every line of the product that may panic by its own words.
pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let files = source_files::all(workspace)?;
    let of_the_product = files.iter().filter(|file| {
        file.extension() == "rs" && PRODUCT.iter().any(|folder| file.belongs_to(folder))
    });
    none_of(of_the_product.flat_map(panics_in).collect())
}

fn panics_in(file: &SourceFile) -> Vec<String> {
    let mut found = Vec::new();
    let of_the_product = file
        .code_lines()
        .take_while(|(_, line)| line.trim() != TESTS);
    for (number, line) in of_the_product {
        for word in PANICS.iter().filter(|word| line.contains(**word)) {
            found.push(format!("{}:{number}: `{word}` ends the program", file.path));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> usize {
        panics_in(&SourceFile {
            path: "server/src/x.rs".to_owned(),
            text: text.to_owned(),
        })
        .len()
    }

    #[test]
    fn each_way_to_panic_is_found_before_the_tests_and_not_in_them() {
        for word in PANICS {
            assert_eq!(found(word), 1, "{word}");
            assert_eq!(
                found(&format!("{TESTS}\nmod tests {{ {word} }}")),
                0,
                "{word}"
            );
            assert_eq!(found(&format!("// {word}")), 0, "{word}");
        }
        assert_eq!(found(r#"value.expect("a reason")"#), 1);
        assert_eq!(found("progress.expect(total)"), 0);
    }
}
