//! The repository's own files, as git knows them, and their lines without comments and texts.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::program;
use crate::workspace::Workspace;

/// One text file of the repository.
#[derive(Debug)]
pub(super) struct SourceFile {
    /// From the repository's root, with `/`.
    pub(super) path: String,
    pub(super) text: String,
}

impl SourceFile {
    /// Lies at or under `module`: `src/js` takes in `src/js.rs` and `src/js/…`.
    pub(super) fn belongs_to(&self, module: &str) -> bool {
        self.path
            .strip_prefix(module)
            .is_some_and(|rest| rest.starts_with('/') || rest.starts_with('.') || rest.is_empty())
    }

    /// The name's ending, without the dot.
    pub(super) fn extension(&self) -> &str {
        self.path
            .rsplit_once('.')
            .map_or("", |(_, extension)| extension)
    }

    /// Numbered lines of code, without comments and without what stands in quotes.
    pub(super) fn code_lines(&self) -> impl Iterator<Item = (usize, String)> {
        self.text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, code_of(line)))
    }
}

/// Every tracked or new file that is text. Ignored ones are not the repository's.
pub(super) fn all(workspace: &Workspace) -> Result<Vec<SourceFile>> {
    let listed = program::read(workspace.command("git").args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]))?;
    let mut files = Vec::new();
    for path in listed.split('\0').filter(|path| !path.is_empty()) {
        let full_path = workspace.path(path);
        // A deletion that is not committed yet is still listed.
        if !full_path.is_file() {
            continue;
        }
        let bytes = fs::read(&full_path)
            .with_context(|| format!("could not read {}", full_path.display()))?;
        if let Ok(text) = String::from_utf8(bytes) {
            files.push(SourceFile {
                path: path.to_owned(),
                text,
            });
        }
    }
    Ok(files)
}

/// Fails with every finding, one a line.
pub(super) fn none_of(findings: Vec<String>) -> Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    bail!("{} found:\n   {}", findings.len(), findings.join("\n   "));
}

/// One line without its comment and without the content of its string literals.
///
/// A literal over several lines is read as code; the rules that use this look for words that no
/// such literal here holds.
fn code_of(line: &str) -> String {
    let mut code = String::new();
    let mut in_string = false;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match (in_string, character) {
            (true, '\\') => {
                characters.next();
            }
            (_, '"') => in_string = !in_string,
            (true, _) => {}
            (false, '/') if characters.peek() == Some(&'/') => break,
            (false, other) => code.push(other),
        }
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_texts_are_not_code() {
        assert_eq!(code_of(r#"let a = "unsafe \" {"; // unsafe"#), "let a = ; ");
        assert_eq!(code_of("//! only words"), "");
        assert_eq!(code_of("a / b"), "a / b");
    }

    #[test]
    fn a_module_is_its_file_and_its_folder_and_nothing_that_merely_starts_alike() {
        let file = |path: &str| SourceFile {
            path: path.to_owned(),
            text: String::new(),
        };
        assert!(file("src/js.rs").belongs_to("src/js"));
        assert!(file("src/js/handle.rs").belongs_to("src/js"));
        assert!(!file("src/json.rs").belongs_to("src/js"));
    }
}
