//! The key that callers must show: the given one, else one that is made once and kept.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::private_file;
use crate::server::make_data_dir;

/// 24 bytes make 32 characters.
const RANDOM_BYTES: usize = 24;

/// The key, and whether it is the server's own, which its user does not know yet.
pub(super) fn given_or_kept(given: Option<String>, data: &Path) -> Result<(String, bool), String> {
    if let Some(key) = given {
        let is_header_text = key.bytes().all(|byte| byte.is_ascii_graphic());
        if key.is_empty() || !is_header_text {
            return Err(
                "the API key must be visible ASCII characters without spaces, at least one"
                    .to_owned(),
            );
        }
        return Ok((key, false));
    }
    let path = data.join("api-key");
    let failed = |error: std::io::Error| {
        format!(
            "the key file {} can't be used: {error}; choose another directory with --data",
            path.display()
        )
    };
    make_data_dir(data).map_err(|error| error.to_string())?;
    if let Some(kept) = private_file::read(&path).map_err(failed)? {
        let key = String::from_utf8_lossy(&kept).trim().to_owned();
        if !key.is_empty() {
            return Ok((key, true));
        }
    }
    let mut random = [0; RANDOM_BYTES];
    getrandom::fill(&mut random).map_err(|error| format!("no random numbers: {error}"))?;
    let key = format!("box_{}", URL_SAFE_NO_PAD.encode(random));
    private_file::write(&path, key.as_bytes()).map_err(failed)?;
    Ok((key, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_kept() {
        let data = tempfile::tempdir().unwrap();
        let (key, is_made) = given_or_kept(None, data.path()).unwrap();
        assert!(is_made);
        assert_eq!(key.len(), "box_".len() + 32);
        assert_eq!(given_or_kept(None, data.path()).unwrap().0, key);
    }

    #[test]
    fn a_given_key_wins_but_must_be_one() {
        let data = tempfile::tempdir().unwrap();
        let given = |key: &str| given_or_kept(Some(key.to_owned()), data.path());
        assert_eq!(
            given("box_12345678").unwrap(),
            ("box_12345678".to_owned(), false)
        );
        assert!(given("").is_err());
        assert!(given("with a space in it").is_err());
    }
}
