//! Removing what no record names any more.
//!
//! What a record named before goes only once the record of its end is on the disk: a power cut may
//! take the record back, and then it must still be there. Whoever frees something therefore hands
//! it on as [`Unneeded`] instead of removing it.

use super::error::LayerError;
use super::layer_store::LayerStore;

/// Something on the disk that the newest records do not name, and older ones may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unneeded {
    /// A sealed layer.
    Layer(String),
    /// What a box wrote since its last snapshot, and its scratch space.
    Box(String),
}

impl LayerStore {
    /// Removes something that also the records on the disk do not name any more.
    ///
    /// # Errors
    /// When it can't be moved away; it is still whole then.
    pub fn remove(&self, unneeded: &Unneeded) -> Result<(), LayerError> {
        match unneeded {
            Unneeded::Layer(layer_id) => self.remove_layer(layer_id),
            Unneeded::Box(box_id) => self.trash().take(&self.box_directory(box_id)),
        }
    }

    /// Removes a layer that no chain names any more, as soon as nobody reads it.
    ///
    /// # Errors
    /// When it can't be moved away; it is still whole then.
    pub fn remove_layer(&self, layer_id: &str) -> Result<(), LayerError> {
        if self.leases().put_off_removal(layer_id) {
            return Ok(());
        }
        self.trash().take(&self.layer(layer_id))
    }
}
