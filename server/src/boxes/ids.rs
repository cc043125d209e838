//! Ids of boxes, snapshots, layers and runs.

use super::error::BoxError;
use super::words::{ADJECTIVES, ANIMALS};

/// Like `current-wasp-05510`. The caller checks that it is new.
pub(super) fn box_id() -> Result<String, BoxError> {
    let [a, b, c, d, e, f] = random::<6>()?;
    let adjective = word(ADJECTIVES, a);
    let animal = word(ANIMALS, b);
    let number = u32::from_le_bytes([c, d, e, f]) % 100_000;
    Ok(format!("{adjective}-{animal}-{number:05}"))
}

/// Like `snap_k3v…`.
pub(super) fn snapshot_id() -> Result<String, BoxError> {
    Ok(format!("snap_{}", base32()?))
}

/// Like `run_k3v…`.
pub(super) fn run_id() -> Result<String, BoxError> {
    Ok(format!("run_{}", base32()?))
}

/// Like `sched_k3v…`.
pub(super) fn schedule_id() -> Result<String, BoxError> {
    Ok(format!("sched_{}", base32()?))
}

/// Of a token, by which it is found and revoked.
pub(super) fn token_id() -> Result<String, BoxError> {
    base32()
}

/// What makes a token one.
pub(super) fn token_secret() -> Result<[u8; 32], BoxError> {
    random()
}

/// The box's `number`th sealed layer.
pub(super) fn layer_id(box_id: &str, number: u64) -> String {
    format!("{box_id}.{number}")
}

/// A layer merged from others. Unlike a sealed layer it is nobody's in case of a crash.
pub(super) fn merged_layer_id() -> Result<String, BoxError> {
    Ok(format!("merged_{}", base32()?))
}

/// A layer that came from outside, and the place where an import is put together. In case of a crash
/// nobody's.
pub(super) fn imported_layer_id() -> Result<String, BoxError> {
    Ok(format!("imported_{}", base32()?))
}

/// 20 characters: 100 random bits.
fn base32() -> Result<String, BoxError> {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let random = random::<20>()?;
    let letter = |byte: u8| {
        ALPHABET
            .get(usize::from(byte % 32))
            .copied()
            .map_or('a', char::from)
    };
    Ok(random.into_iter().map(letter).collect())
}

fn word(words: &[&'static str], byte: u8) -> &'static str {
    words
        .get(usize::from(byte) % words.len())
        .copied()
        .unwrap_or("box")
}

fn random<const N: usize>() -> Result<[u8; N], BoxError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_id_is_two_words_and_five_digits() {
        let id = box_id().unwrap();
        let parts: Vec<&str> = id.split('-').collect();
        assert_eq!(parts.len(), 3, "{id}");
        assert!(
            parts[2].len() == 5 && parts[2].bytes().all(|byte| byte.is_ascii_digit()),
            "{id}"
        );
    }

    #[test]
    fn snapshot_and_run_ids_have_their_prefix_and_twenty_letters() {
        for (id, prefix) in [
            (snapshot_id().unwrap(), "snap_"),
            (run_id().unwrap(), "run_"),
        ] {
            let rest = id.strip_prefix(prefix).unwrap();
            assert_eq!(rest.len(), 20);
            assert!(
                rest.bytes()
                    .all(|b| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b))
            );
        }
    }
}
