//! box-server: the Box API on one Linux machine.
//!
//! Layers, each calling only downwards: `http` (requests and answers) → `boxes` (what a box may do
//! next, and who does it) → `sandbox`, `snapshots`, `box_files` → `linux` (kernel calls).
//! `store` keeps what must survive a restart; `egress` is the boxes' way to the network.

pub mod box_files;
pub mod linux;
pub mod sandbox;
pub mod snapshots;
