//! box-server: the Box API on one Linux machine.
//!
//! Layers, each calling only downwards: `http` (requests and answers) → `boxes` (what a box may do
//! next, and who does it) → `sandbox`, `snapshots`, `box_files` → `linux` (kernel calls).
//! `connections` accepts what `http` answers; `store` keeps what must survive a restart; `json_check` holds answers against schemas, in a process of its own;
//! `egress` is the boxes' way to the network, `outbound`
//! the server's own to other services; `server` puts all of it together, and `cli` is the command line in front of it.

pub mod box_files;
mod boxes;
pub mod cli;
mod connections;
mod egress;
mod http;
pub mod json_check;
pub mod linux;
mod outbound;
mod private_file;
pub mod sandbox;
pub mod server;
pub mod snapshots;
mod store;
