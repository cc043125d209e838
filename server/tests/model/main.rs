//! Random work on boxes against a plain model of their file trees.
//!
//! Operations on files, snapshots of idle boxes, of busy ones and in the middle of work, restores,
//! rollbacks, deletions, and so many snapshots that layers are merged. After each snapshot and
//! restore the whole tree is compared: contents, kinds, modes, owners, times, links, attributes,
//! holes. `BOX_MODEL_SEED` repeats a test, `BOX_MODEL_STEPS` says how long it works (400 operations),
//! `BOX_MODEL_PRINT` prints them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

mod description;
mod laboratory;
mod operation;
mod support;
mod tree;

use laboratory::Laboratory;
use support::Server;

#[test]
fn boxes_and_snapshots_hold_what_a_plain_tree_would() {
    let Some(server) = Server::start() else {
        return;
    };
    let seed = number_from("BOX_MODEL_SEED").unwrap_or_else(|| fastrand::u64(..));
    let steps = number_from("BOX_MODEL_STEPS").unwrap_or(400);
    println!("BOX_MODEL_SEED={seed} BOX_MODEL_STEPS={steps}");
    let mut laboratory = Laboratory::new(server.client(), fastrand::Rng::with_seed(seed));
    laboratory.many_snapshots(0);
    while laboratory.counts.operations < steps {
        laboratory.step();
    }
    laboratory.restore_everything();
    println!("{:?}", laboratory.counts);
}

fn number_from(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().expect("a number"))
}
