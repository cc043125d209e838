//! Small hostile programs, run in boxes as their root against a real server.
//!
//! Each says what it tried. A test asserts that none of it succeeded, and that it was really tried: the
//! same means must work on what the box may have (a *control*). `SECURITY.md` lists every program; the
//! counts are printed even where the tests pass.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

mod bombs;
mod crowding;
mod documented;
mod file_routes;
mod files;
mod host_thing;
mod kernel;
mod network;
mod paths;
mod processes;
mod program;
mod races;
mod support;
