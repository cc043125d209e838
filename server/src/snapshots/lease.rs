//! Keeps layers where they are while somebody reads them.
//!
//! Who frees a layer need not wait for its readers: the removal is put off until the last of them is
//! done. If the server ends before, the next start removes the layer, which nothing knows then.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::layer_store::LayerStore;

/// Which layers are being read.
#[derive(Debug, Default)]
pub(super) struct Leases {
    held: Mutex<HashMap<String, Held>>,
}

#[derive(Debug, Default)]
struct Held {
    readers: usize,
    unneeded: bool,
}

/// Layers that stay while this lives.
#[derive(Debug)]
pub struct Lease {
    store: Arc<LayerStore>,
    chain: Vec<String>,
}

impl Lease {
    pub(super) fn take(store: &Arc<LayerStore>, chain: &[String]) -> Self {
        store.leases().add(chain);
        Self {
            store: Arc::clone(store),
            chain: chain.to_vec(),
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        for layer_id in self.store.leases().release(&self.chain) {
            if let Err(error) = self.store.remove_layer(&layer_id) {
                tracing::warn!(layer_id, %error, "a layer that was read to its end is still there");
            }
        }
    }
}

impl Leases {
    fn add(&self, chain: &[String]) {
        let mut held = self.held();
        for layer_id in chain {
            held.entry(layer_id.clone()).or_default().readers += 1;
        }
    }

    /// Whether the layer is being read; it then goes with its last reader.
    pub(super) fn put_off_removal(&self, layer_id: &str) -> bool {
        match self.held().get_mut(layer_id) {
            Some(held) => {
                held.unneeded = true;
                true
            }
            None => false,
        }
    }

    /// The layers that are to be removed now.
    fn release(&self, chain: &[String]) -> Vec<String> {
        let mut held = self.held();
        let mut unneeded = Vec::new();
        for layer_id in chain {
            let Some(one) = held.get_mut(layer_id) else {
                continue;
            };
            one.readers = one.readers.saturating_sub(1);
            if one.readers == 0 {
                let was_unneeded = one.unneeded;
                held.remove(layer_id);
                unneeded.extend(was_unneeded.then(|| layer_id.clone()));
            }
        }
        unneeded
    }

    fn held(&self) -> MutexGuard<'_, HashMap<String, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removal_waits_for_the_last_reader() {
        let leases = Leases::default();
        let (one, two) = (["a".to_owned(), "b".to_owned()], ["b".to_owned()]);
        assert!(!leases.put_off_removal("b"));
        leases.add(&one);
        leases.add(&two);
        assert!(leases.put_off_removal("b"));
        assert_eq!(leases.release(&one), Vec::<String>::new());
        assert!(leases.put_off_removal("b"));
        assert_eq!(leases.release(&two), ["b"]);
        assert!(!leases.put_off_removal("b"));
        assert!(!leases.put_off_removal("a"));
    }
}
