//! A busy server that is killed again and again at random moments, and what must hold afterwards.
//!
//! Whatever was acknowledged is there and whole; whatever was acknowledged as deleted is gone;
//! nothing is left over. `BOX_CRASH_KILLS` says how often (12), `BOX_CRASH_SEED` which moments.
//!
//! 1. Threads write, snapshot, restore, roll back and delete, and note what was acknowledged.
//! 2. The server is killed, now and then a second time while it starts.
//! 3. The next server on the same data is asked about everything that was noted.
//!
//! A second test cuts the power instead: what the disk holds at one instant, without what was still in
//! memory, is given to a server of its own (`power.rs`). `BOX_CRASH_CUTS` says how often (4).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

mod checks;
mod power;
mod request;
mod support;
mod victim;
mod worker;
mod world;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use checks::Counts;
use victim::Victim;
use world::World;

const WORKERS: usize = 4;

#[test]
fn a_killed_server_keeps_all_it_acknowledged_and_leaves_nothing_behind() {
    let Some(mut victim) = Victim::start() else {
        return;
    };
    let kills = number_from("BOX_CRASH_KILLS").unwrap_or(12);
    let seed = number_from("BOX_CRASH_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("BOX_CRASH_SEED={seed} BOX_CRASH_KILLS={kills}");
    let mut random = fastrand::Rng::with_seed(seed);
    let world = Mutex::new(World::default());
    let mut counts = Counts::default();
    let mut slowest_start = Duration::ZERO;

    for kill in 1..=kills {
        let work_for = Duration::from_millis(random.u64(10..700));
        std::thread::scope(|scope| {
            for worker in 0..WORKERS {
                let (world, address) = (&world, victim.address());
                let random = random.fork();
                scope.spawn(move || worker::work(worker, address, world, random));
            }
            // The moment of the kill is what is random here; nothing is waited for.
            std::thread::park_timeout(work_for);
            victim.kill();
        });
        if random.u8(..4) == 0 {
            victim.kill_while_it_starts(Duration::from_millis(random.u64(1..80)));
        }
        let started = Instant::now();
        victim.start_again();
        slowest_start = slowest_start.max(started.elapsed());
        let is_last = kill == kills;
        checks::all(&victim, &world, &mut random, &mut counts, is_last);
    }
    println!(
        "kills survived: {kills}, snapshots checked: {}, boxes checked: {}, slowest start: {slowest_start:?}",
        counts.snapshots, counts.boxes
    );
    assert!(counts.snapshots > 0);
    victim.end_and_check_that_nothing_is_left();
}

pub(crate) fn number_from(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().expect("a number"))
}
