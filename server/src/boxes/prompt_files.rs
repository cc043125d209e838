//! Files that go with a prompt: put into the box, and named in the prompt.

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use upstash_box_wasm::api_types::PromptFile;

use super::error::BoxError;
use super::ids;
use crate::box_files;
use crate::sandbox::Sandbox;

const MAX_FILES: usize = 10;
const MAX_BYTES: usize = 10 * 1024 * 1024;
/// Not in the workspace, where the agent might take them for its work.
const PLACE: &str = "/tmp/prompt-files";

/// One file, decoded.
#[derive(Debug)]
pub(super) struct Decoded {
    name: String,
    media_type: String,
    content: Vec<u8>,
}

/// Reads what came with the prompt.
pub(super) fn read(files: &[PromptFile]) -> Result<Vec<Decoded>, BoxError> {
    let invalid = |text: String| BoxError::InvalidArgument(text);
    if files.len() > MAX_FILES {
        return Err(invalid(format!(
            "files: a prompt takes at most {MAX_FILES}; write more into the box"
        )));
    }
    let decode = |(index, file): (usize, &PromptFile)| {
        let content = STANDARD.decode(&file.data);
        let content = content.map_err(|error| invalid(format!("files[{index}].data: {error}")))?;
        if content.len() > MAX_BYTES {
            return Err(BoxError::TooLarge(format!(
                "files[{index}]: it is larger than 10 MiB; write it into the box"
            )));
        }
        let given = file.filename.as_deref().unwrap_or_default();
        let given = given.rsplit(['/', '\\']).next().unwrap_or_default();
        let is_name = !given.is_empty()
            && given.len() <= 200
            && !given.starts_with('.')
            && !given.chars().any(char::is_control);
        Ok(Decoded {
            name: match is_name {
                true => format!("{index}-{given}"),
                false => format!("{index}"),
            },
            media_type: file
                .media_type
                .chars()
                .filter(|c| !c.is_control())
                .take(100)
                .collect(),
            content,
        })
    };
    files.iter().enumerate().map(decode).collect()
}

/// Puts them into the box; what the prompt says of them.
pub(super) async fn write(sandbox: &Sandbox, files: Vec<Decoded>) -> Result<String, BoxError> {
    let place = PathBuf::from(PLACE).join(ids::run_id()?);
    let mut text = "\n\nThese files belong to the prompt:\n".to_owned();
    for file in files {
        let path = place.join(&file.name);
        box_files::write(sandbox, &path, &file.content).await?;
        text.push_str(&format!("- {} ({})\n", path.display(), file.media_type));
    }
    Ok(text)
}
