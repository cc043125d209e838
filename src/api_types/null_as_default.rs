//! Reads JSON `null` as "not given", which some clients send for every unset member.

use serde::{Deserialize, Deserializer};

/// For `#[serde(default, deserialize_with = "null_as_default")]`.
pub(super) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
