//! The API as bytes on a socket, against the real `box-server` binary.
//!
//! Nothing of the server's own types is used here, so a mistake in them can't hide. Each test has
//! a server, a data directory and processes of its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

mod access;
mod agent;
mod agent_harness;
mod agent_settings;
mod archive;
mod attach_headers;
mod attach_headers_hostile;
mod bad_input;
mod bad_input_in_box;
mod boxes;
mod busy;
mod cli;
mod code;
mod deep_trees;
mod deleting;
mod disk_full;
mod egress;
mod exec;
mod exec_additions;
mod exec_session;
mod exec_stream;
mod file_changes;
mod files;
mod flatten;
mod fork;
mod git;
mod git_changes;
mod hardening_connections;
mod hardening_limits;
mod hardening_secrets;
mod hardening_shutdown;
mod hardening_smuggling;
mod hardening_tokens;
mod history;
mod hostile_layers;
mod idempotency;
mod image;
mod image_files;
mod image_tools;
mod import;
mod isolation;
mod lifecycle;
mod network_policy;
mod oci_image;
mod openapi;
mod page;
mod power_cut;
mod previews;
mod registry;
mod restart;
mod retention;
mod rollback;
mod runtimes;
mod schedules;
mod settings;
mod snapshot_diff;
mod snapshot_files;
mod snapshot_list;
mod snapshots;
mod storage;
mod support;
mod tokens;
mod upload;
mod verify;
