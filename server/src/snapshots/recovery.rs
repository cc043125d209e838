//! Makes the directories agree with the records after a stop of any kind.
//!
//! A layer is renamed into place before it is recorded, so a crash between the two leaves a layer
//! that nothing knows. Its name says whose upper it was: it goes back there, and nothing is lost.
//! A record uses up the layer's number, so an unknown layer with a lower one was freed, not lost. It
//! goes once the record that freed it is on the disk, which the last server may not have seen to.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, Instant};

use nix::fcntl::{Flock, FlockArg};

use super::error::{LayerError, On};
use super::layer_store::LayerStore;
use super::removal::Unneeded;

/// The longest that processes of a killed server may take to end: they see its socket close.
const LOCK_LIMIT: Duration = Duration::from_secs(20);
const LOCK_PAUSE: Duration = Duration::from_millis(5);

pub(super) fn recover(
    store: &LayerStore,
    live_boxes: &BTreeMap<String, u64>,
    known_layers: &[String],
) -> Result<Vec<Unneeded>, LayerError> {
    let mut unneeded = Vec::new();
    for id in names(store.boxes())? {
        wait_until_unused(store, &id)?;
        if live_boxes.contains_key(&id) {
            store.discard_work(&id)?;
        } else {
            unneeded.push(Unneeded::Box(id));
        }
    }
    for layer in names(store.layers())? {
        if known_layers.contains(&layer) {
            continue;
        }
        let (owner, number) = layer.rsplit_once('.').unwrap_or_default();
        let unrecorded = live_boxes
            .get(owner)
            .is_some_and(|next| number.parse().is_ok_and(|number: u64| number >= *next));
        let upper = store.upper(owner);
        if !unrecorded {
            unneeded.push(Unneeded::Layer(layer));
        } else if upper.exists() {
            // A copy that no record ever named, under a name that the box needs next.
            store.remove_layer(&layer)?;
        } else {
            tracing::info!(%layer, "a snapshot was interrupted; its data goes back to its box");
            fs::rename(store.layers().join(&layer), &upper).on("put back", &upper)?;
        }
    }
    Ok(unneeded)
}

/// Waits for the processes that an earlier server left.
fn wait_until_unused(store: &LayerStore, box_id: &str) -> Result<(), LayerError> {
    let path = store.lock_file(box_id);
    let Ok(mut file) = File::open(&path) else {
        return Ok(());
    };
    let started = Instant::now();
    loop {
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(_unlocked_again) => return Ok(()),
            Err((unlocked, _)) => file = unlocked,
        }
        if started.elapsed() > LOCK_LIMIT {
            return Err(LayerError::BoxInUse(box_id.to_owned()));
        }
        std::thread::sleep(LOCK_PAUSE);
    }
}

fn names(directory: &Path) -> Result<Vec<String>, LayerError> {
    let entries = fs::read_dir(directory).on("list", directory)?;
    Ok(entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect())
}
