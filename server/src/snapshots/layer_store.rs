//! Uppers and layers: made, sealed, measured, removed.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::bases::{Bases, DiskChain};
use super::box_root::BoxRoot;
use super::digest::{LayersDigest, Walk};
use super::error::{LayerError, On};
use super::image::{Image, Part};
use super::image_store::StoredImage;
use super::lease::{Lease, Leases};
use super::places::Places;
use super::removal::Unneeded;
use super::storage::Storage;
use super::trash::{self, Trash};
use super::view::{self, Floor, OVERLAY_ATTRIBUTES};
use super::{Tree, copy, measure, recovery, root_look};
use crate::linux::id_map::IdMap;
use crate::linux::{self, Named, btrfs, open, placement};
use crate::sandbox::{Disk, DiskMount, Lower, SandboxHost};

/// Scratch space of overlayfs.
const WORK_PREFIX: &str = "work-";

/// The directories of all boxes and layers under one data directory.
#[derive(Debug)]
pub struct LayerStore {
    layers: PathBuf,
    boxes: PathBuf,
    imports: PathBuf,
    bases: Bases,
    storage: Storage,
    owner: u32,
    /// What is added to the ids of the host's own files when they are shown in a box.
    host_shift: u32,
    leases: Leases,
    trash: Trash,
    places: Places,
    box_root: BoxRoot,
    next_work: AtomicU64,
}

impl LayerStore {
    /// Makes the directories that are missing and the images anew: the one that boxes stand on
    /// usually, and `others`. Boxes trust `authority`, a certificate in PEM.
    ///
    /// # Errors
    /// When the data directory can't be written or the image can't be read.
    pub fn open(
        data: &Path,
        image: &Image,
        others: Vec<StoredImage>,
        authority: &str,
        storage: Storage,
        host: &SandboxHost,
    ) -> Result<Self, LayerError> {
        let owner = host.id_map().root_owner();
        let host_shift = match host.id_map() {
            IdMap::Range => owner,
            IdMap::OneUser => 0,
        };
        let (layers, boxes) = (data.join("layers"), data.join("boxes"));
        let (imports, trash) = (data.join("imports"), Trash::open(&data.join("trash"))?);
        for directory in [&layers, &boxes, &imports] {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(directory)
                .on("create", directory)?;
            if let Err(error) = placement::spread(directory) {
                tracing::debug!(%error, "directories stay where the filesystem puts them");
            }
        }
        // What an earlier server did not finish. The directory itself stays: on a full disk another
        // could not be made.
        for entry in fs::read_dir(&imports).on("list", &imports)?.flatten() {
            trash.take(&entry.path())?;
        }
        Ok(Self {
            layers,
            boxes,
            imports,
            bases: Bases::build(data, image, others, owner, authority)?,
            storage,
            owner,
            host_shift,
            leases: Leases::default(),
            trash,
            places: Places::open(&data.join("places"))?,
            box_root: BoxRoot::of(host),
            next_work: AtomicU64::new(0),
        })
    }

    /// The box's disk on top of `chain`, ready to be mounted once.
    ///
    /// # Errors
    /// When its directories can't be made.
    pub fn disk(&self, box_id: &str, chain: &DiskChain) -> Result<Disk, LayerError> {
        let base = self.bases.get(chain.image.as_deref())?;
        let chain = &chain.layers;
        self.discard_work(box_id)?;
        self.make_upper(box_id)?;
        let number = self.next_work.fetch_add(1, Ordering::Relaxed);
        let work = self.place_of_work(box_id);
        let work = work.join(format!("{WORK_PREFIX}{number}"));
        let mut mounts = Vec::new();
        for part in &base.parts {
            let upper = self.upper(box_id).join(&part.name);
            let work = work.join(&part.name);
            let is_new = !upper.exists();
            self.make_directory(&upper)?;
            self.make_directory(&work)?;
            // The topmost directory is the one whose mode and times the box sees.
            if let Some(below) = self.layers_of(part, chain).next().filter(|_| is_new)
                && let Err(error) = look_like(&below, &upper)
            {
                tracing::warn!(box_id, %error, "a root directory got its first mode back");
            }
            if is_new {
                root_look::note(&self.box_directory(box_id), &part.name, &upper)?;
            }
            let layers = self.layers_of(part, chain).map(Lower::Layer);
            let lowers = layers.chain(part.lowers.iter().cloned()).collect();
            mounts.push(DiskMount {
                target: part.target.clone(),
                lowers,
                upper,
                work,
            });
        }
        Ok(Disk { mounts })
    }

    /// The file that is locked while processes of the box live.
    pub fn lock_file(&self, box_id: &str) -> PathBuf {
        self.box_directory(box_id).join("lock")
    }

    /// Turns what the box wrote into a layer, by a rename. No process of the box may live.
    ///
    /// `false`: it wrote nothing since the last time, and there is no new layer.
    ///
    /// # Errors
    /// When the rename fails; nothing has changed then.
    pub fn seal(&self, box_id: &str, layer_id: &str) -> Result<bool, LayerError> {
        let upper = self.upper(box_id);
        if !upper.is_dir() || self.is_untouched(box_id)? {
            return Ok(false);
        }
        self.drop_untouched_parts(box_id)?;
        let layer = self.layer(layer_id);
        fs::rename(&upper, &layer).on("seal", &layer)?;
        Ok(true)
    }

    /// Gives a box back what was just sealed from it, when the layer could not be recorded.
    ///
    /// # Errors
    /// When the rename fails; the next [`recover`](Self::recover) does it then.
    pub fn unseal(&self, box_id: &str, layer_id: &str) -> Result<(), LayerError> {
        let upper = self.upper(box_id);
        fs::rename(self.layer(layer_id), &upper).on("put back", &upper)
    }

    /// Takes away what a box wrote since its last snapshot, by a rename to the name of a layer. No
    /// process of the box may live. [`unseal`](Self::unseal) puts it back.
    ///
    /// `false`: there is nothing.
    ///
    /// # Errors
    /// When the rename fails; nothing has changed then.
    pub fn set_aside(&self, box_id: &str, layer_id: &str) -> Result<bool, LayerError> {
        let upper = self.upper(box_id);
        match fs::rename(&upper, self.layer(layer_id)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            renamed => renamed.on("set aside", &upper).map(|()| true),
        }
    }

    /// The tree of `chain`; with a box, what that box has written
    /// since lies on top.
    ///
    /// # Errors
    /// When a directory of it can't be opened.
    pub fn tree(&self, chain: &DiskChain, live_box: Option<&str>) -> Result<Tree, LayerError> {
        let base = self.bases.get(chain.image.as_deref())?;
        let chain = &chain.layers;
        let mut parts = Vec::new();
        for part in &base.parts {
            let upper = live_box.map(|id| self.upper(id).join(&part.name));
            let upper = upper.into_iter().filter(|path| path.is_dir());
            let own = upper.chain(self.layers_of(part, chain));
            let mut floors: Vec<_> = own
                .map(|path| Floor::open(&path))
                .collect::<linux::Result<_>>()?;
            for lower in &part.lowers {
                floors.push(match lower {
                    Lower::Layer(path) => Floor::open(path)?,
                    Lower::Host(path) => Floor::of_host(path, self.host_shift)?,
                });
            }
            parts.push((part.target.clone(), view::root(&floors)));
        }
        Ok(Tree::new(parts))
    }

    /// Keeps the layers of `chain` where they are while the answer lives.
    pub fn lease(self: &Arc<Self>, chain: &[String]) -> Lease {
        Lease::take(self, chain)
    }

    /// One number for all that the layers of `chain` (bottom to top) hold, without the image.
    ///
    /// # Errors
    /// When something can't be read, or ECANCELED when `is_cancelled` says so.
    pub fn digest(
        &self,
        chain: &[String],
        is_cancelled: &dyn Fn() -> bool,
    ) -> linux::Result<LayersDigest> {
        let mut walk = Walk::new(self.owner, is_cancelled);
        for part in self.parts() {
            let floors: Vec<_> = self
                .layers_of(part, chain)
                .map(|path| Floor::open(&path))
                .collect::<Result<_, _>>()?;
            walk.node(&part.target, &view::root(&floors))?;
        }
        Ok(walk.finish())
    }

    /// The directories of one part in the layers of a chain, topmost first. A layer that did not
    /// touch the part has none.
    pub(super) fn layers_of<'all>(
        &'all self,
        part: &'all Part,
        chain: &'all [String],
    ) -> impl Iterator<Item = PathBuf> + 'all {
        let layers = chain
            .iter()
            .rev()
            .map(|layer| self.layer(layer).join(&part.name));
        layers.filter(|path| path.is_dir())
    }

    /// Bytes on disk of a layer. With a budget it may stop early: then the figure is what was
    /// counted so far, and the second answer `false`.
    ///
    /// # Errors
    /// When the layer can't be read.
    pub fn measure(
        &self,
        layer_id: &str,
        budget: Option<Duration>,
    ) -> Result<(u64, bool), LayerError> {
        measure::tree(&self.layer(layer_id), budget)
    }

    /// Returns when everything that was written before has reached the disk. May take long.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn sync(&self) -> Result<(), LayerError> {
        let directory = fs::File::open(&self.layers).on("open", &self.layers)?;
        Ok(crate::linux::sync::filesystem_of(&directory)?)
    }

    /// Makes the directories agree with what is recorded, after a stop of any kind. With each live
    /// box comes the number of its next layer. What the records have freed is left to be removed.
    ///
    /// # Errors
    /// When processes of an earlier server are still at work, or a directory can't be moved.
    pub fn recover(
        &self,
        live_boxes: &BTreeMap<String, u64>,
        known_layers: &[String],
    ) -> Result<Vec<Unneeded>, LayerError> {
        recovery::recover(self, live_boxes, known_layers)
    }

    pub(super) fn storage(&self) -> Storage {
        self.storage
    }

    pub(super) fn trash(&self) -> &Trash {
        &self.trash
    }

    pub(super) fn places(&self) -> &Places {
        &self.places
    }

    pub(super) fn box_root(&self) -> &BoxRoot {
        &self.box_root
    }

    pub(super) fn leases(&self) -> &Leases {
        &self.leases
    }

    pub(super) fn layers(&self) -> &Path {
        &self.layers
    }

    pub(super) fn boxes(&self) -> &Path {
        &self.boxes
    }

    pub(super) fn imports(&self) -> &Path {
        &self.imports
    }

    pub(super) fn bases(&self) -> &Bases {
        &self.bases
    }

    /// Where a box may have written, on whichever image it stands.
    pub(super) fn parts(&self) -> &[Part] {
        &self.bases.own().parts
    }

    /// The host's user that is the box's root.
    pub(super) const fn owner(&self) -> u32 {
        self.owner
    }

    /// The same, where this process may give files away.
    pub(super) fn owner_to_give(&self) -> Option<u32> {
        (self.host_shift != 0).then_some(self.owner)
    }

    pub(super) fn upper(&self, box_id: &str) -> PathBuf {
        self.box_directory(box_id).join("upper")
    }

    /// Throws away the scratch space of earlier starts.
    pub(super) fn discard_work(&self, box_id: &str) -> Result<(), LayerError> {
        let is_work = |name: &OsStr| name.to_string_lossy().starts_with(WORK_PREFIX);
        self.discard(&self.box_directory(box_id), is_work)?;
        self.discard(&self.upper(box_id), is_work)
    }

    fn discard(&self, directory: &Path, which: fn(&OsStr) -> bool) -> Result<(), LayerError> {
        let Ok(entries) = fs::read_dir(directory) else {
            return Ok(());
        };
        for entry in entries.flatten().filter(|entry| which(&entry.file_name())) {
            match self.trash.take(&entry.path()) {
                // Nothing moves out of a subvolume; there is next to nothing in it.
                Err(error) if error.crosses_filesystems() => trash::remove_now(&entry.path())?,
                taken => taken?,
            }
        }
        Ok(())
    }

    pub(super) fn layer(&self, layer_id: &str) -> PathBuf {
        self.layers.join(layer_id)
    }

    pub(super) fn box_directory(&self, box_id: &str) -> PathBuf {
        self.boxes.join(box_id)
    }

    /// The place for a box's parts, of the kind that this storage wants. One that exists stays.
    fn make_upper(&self, box_id: &str) -> Result<(), LayerError> {
        let (above, upper) = (self.box_directory(box_id), self.upper(box_id));
        if !above.exists() {
            self.places.make(&above)?;
        }
        if self.storage == Storage::Subvolumes && !upper.exists() {
            btrfs::create_subvolume(&above, upper.file_name().unwrap_or_default())?;
            fs::set_permissions(&upper, fs::Permissions::from_mode(0o755)).on("chmod", &upper)?;
        }
        Ok(())
    }

    /// Overlayfs renames from its scratch space into the upper, so both lie in one subvolume.
    fn place_of_work(&self, box_id: &str) -> PathBuf {
        let upper = self.upper(box_id);
        if btrfs::is_subvolume(&upper) {
            return upper;
        }
        self.box_directory(box_id)
    }

    /// A directory that the box's root owns.
    fn make_directory(&self, path: &Path) -> Result<(), LayerError> {
        // One that is still ours was made by a server that was killed before it could give it away.
        let ours = nix::unistd::Uid::effective().as_raw();
        if fs::metadata(path).is_ok_and(|metadata| metadata.uid() != ours) {
            return Ok(());
        }
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o755)
            .create(path)
            .on("create", path)?;
        chown(path, Some(self.owner), Some(self.owner)).on("chown", path)
    }

    /// Leaves the parts out of a layer that it would say nothing of.
    fn drop_untouched_parts(&self, box_id: &str) -> Result<(), LayerError> {
        for part in self.parts() {
            if self.is_part_untouched(box_id, part)? {
                // Already gone, when the box never had it.
                let _ = fs::remove_dir(self.upper(box_id).join(&part.name));
            }
        }
        Ok(())
    }

    /// Whether the box has written nothing since its upper was made.
    pub(super) fn is_untouched(&self, box_id: &str) -> Result<bool, LayerError> {
        for part in self.parts() {
            if !self.is_part_untouched(box_id, part)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn is_part_untouched(&self, box_id: &str, part: &Part) -> Result<bool, LayerError> {
        let path = self.upper(box_id).join(&part.name);
        if !path.is_dir() {
            return Ok(true);
        }
        let is_empty = fs::read_dir(&path).on("list", &path)?.next().is_none();
        Ok(is_empty && !root_look::has_changed(&self.box_directory(box_id), &part.name, &path)?)
    }
}

/// Gives a new upper the attributes, mode and times of the directory that it covers.
fn look_like(below: &Path, upper: &Path) -> linux::Result<()> {
    let (below, upper) = (open::directory(below)?, open::directory(upper)?);
    let stat = nix::sys::stat::fstat(&below).named(|| "fstat()".into())?;
    let is_ours = |name: &OsStr| name.to_string_lossy().starts_with(OVERLAY_ATTRIBUTES);
    copy::look_like(&below, &upper, &stat, |name| !is_ours(name))
        .named(|| "copy metadata of a root directory".into())
}
