//! Who may mention what: the arrows of ARCHITECTURE.md, as far as reading the text can hold them.
//!
//! The compiler holds the rest: JavaScript crates are dependencies on wasm32 only, and unsafe code
//! is denied everywhere but in one module.

use anyhow::Result;

use super::source_files::{self, SourceFile, none_of};
use crate::workspace::Workspace;

/// `words` may stand in the code of `within` only if it also lies in one of `except`.
struct Boundary {
    within: &'static str,
    except: &'static [&'static str],
    words: &'static [&'static str],
    reason: &'static str,
}

const BOUNDARIES: &[Boundary] = &[
    Boundary {
        within: "src",
        except: &["src/js", "src/transport/fetch"],
        words: &["wasm_bindgen", "js_sys", "web_sys", "gloo_net", "JsValue"],
        reason: "only src/js and the fetch transport know JavaScript",
    },
    Boundary {
        within: "",
        except: &["server/src/linux"],
        words: &[
            "unsafe {",
            "unsafe fn",
            "unsafe impl",
            "unsafe extern",
            "allow(unsafe_code",
        ],
        reason: "only server/src/linux calls the kernel",
    },
    Boundary {
        within: "src/requests",
        except: &[],
        words: INPUT_AND_OUTPUT,
        reason: "requests are pure: arguments in, one HTTP request out",
    },
    Boundary {
        within: "src/api_types",
        except: &[],
        words: INPUT_AND_OUTPUT,
        reason: "api_types are shapes: no I/O",
    },
    Boundary {
        within: "server/src/http",
        // Its test reads and writes the committed description.
        except: &["server/src/http/openapi"],
        words: &["std::fs", "tokio::fs", "std::process", "tokio::process"],
        reason: "http never touches a path or a process",
    },
    Boundary {
        within: "server/src/boxes",
        except: &[],
        words: &["StatusCode"],
        reason: "boxes never see a status code: http maps errors",
    },
];

const INPUT_AND_OUTPUT: &[&str] = &[
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "tokio::",
    "async fn",
    ".await",
    "println!",
    "log::",
    "tracing::",
];

/// Fails with every line that crosses a boundary.
pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let files = source_files::all(workspace)?;
    let rust_files: Vec<&SourceFile> = files
        .iter()
        .filter(|file| file.extension() == "rs")
        .collect();
    let mut crossings = Vec::new();
    for boundary in BOUNDARIES {
        for file in rust_files.iter().filter(|file| boundary.guards(file)) {
            crossings.extend(crossings_in(boundary, file));
        }
    }
    for file in rust_files.iter().filter(|file| file.belongs_to("src/js")) {
        crossings.extend(exclusive_exports_in(file));
    }
    none_of(crossings)
}

impl Boundary {
    fn guards(&self, file: &SourceFile) -> bool {
        let inside = self.within.is_empty() || file.belongs_to(self.within);
        inside && !self.except.iter().any(|module| file.belongs_to(module))
    }
}

fn crossings_in(boundary: &Boundary, file: &SourceFile) -> Vec<String> {
    let mut crossings = Vec::new();
    for (number, line) in file.code_lines() {
        for word in boundary.words.iter().filter(|word| line.contains(**word)) {
            crossings.push(format!(
                "{}:{number}: `{word}`: {}",
                file.path, boundary.reason
            ));
        }
    }
    crossings
}

/// An async `&mut self` method that JavaScript sees: a second call while the first one waits would
/// throw. One that isn't async is over before JavaScript can call again. Relies on rustfmt: a block opened at the margin is closed there.
fn exclusive_exports_in(file: &SourceFile) -> Vec<String> {
    let mut found = Vec::new();
    let mut attribute_above = false;
    let mut exported = false;
    for (number, line) in file.code_lines() {
        if line.starts_with("#[wasm_bindgen") {
            attribute_above = true;
        } else if line.starts_with("impl") {
            exported = attribute_above;
            attribute_above = false;
        } else if line.starts_with('}') {
            exported = false;
        } else if line.starts_with(char::is_alphabetic) {
            // The attribute belonged to another item.
            attribute_above = false;
        } else if exported && line.contains("async fn") && line.contains("&mut self") {
            let reason = "overlapping calls of this would throw: use interior mutability";
            found.push(format!(
                "{}:{number}: `async fn …(&mut self`: {reason}",
                file.path
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_boundary_finds_its_words_outside_and_not_inside() {
        for boundary in BOUNDARIES {
            for word in boundary.words {
                let within = if boundary.within.is_empty() {
                    "www"
                } else {
                    boundary.within
                };
                let outside = SourceFile {
                    path: format!("{within}/x.rs"),
                    text: (*word).to_owned(),
                };
                assert!(boundary.guards(&outside));
                assert_eq!(crossings_in(boundary, &outside).len(), 1, "{word}");
                for module in boundary.except {
                    let inside = SourceFile {
                        path: format!("{module}/x.rs"),
                        text: String::new(),
                    };
                    assert!(!boundary.guards(&inside), "{module}");
                }
            }
        }
    }

    #[test]
    fn only_exported_methods_that_wait_must_share() {
        let inside = |attribute: &str, qualifier: &str| {
            let method = format!("    pub {qualifier}fn next(&mut self) {{}}");
            let text = format!("{attribute}\nimpl Handle {{\n{method}\n}}\n");
            exclusive_exports_in(&SourceFile {
                path: "src/js/handle.rs".to_owned(),
                text,
            })
            .len()
        };
        let attribute = "#[wasm_bindgen(js_class = Box)]";
        assert_eq!(inside(attribute, "async "), 1);
        assert_eq!(inside(attribute, ""), 0);
        assert_eq!(inside("// private", "async "), 0);
    }
}
