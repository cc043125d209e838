//! The command line: `serve` and `doctor`.

mod api_key;
mod call_limits;
mod data_dir;
mod doctor;
mod image;
mod serve;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

/// Trees of boxes are walked one call deep for each directory, and a path holds up to 2047 of them.
/// Only what is used of it takes memory.
const STACK_BYTES: usize = 32 << 20;

/// The Box API on your own Linux machine: isolated boxes, instant snapshots
#[derive(Debug, Parser)]
#[command(name = "box-server", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer the Box API until stopped
    Serve(Box<serve::Serve>),
    /// Say what this machine has for boxes, what it lacks, and how to get it
    Doctor(doctor::Doctor),
}

/// Runs the command that was given.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    // A host that can't prove its name is told to the box that asked for it.
    let usual = "info,rustls_platform_verifier=off";
    let filter = EnvFilter::try_from_env("BOX_SERVER_LOG").unwrap_or_else(|_| usual.into());
    // Standard output is for those who start the server by a program.
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK_BYTES)
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("the server could not start its threads: {error}")),
    };
    let ended = match cli.command {
        Command::Serve(serve) => runtime.block_on(serve.run()),
        Command::Doctor(doctor) => runtime.block_on(doctor.run()),
    };
    // Work that blocks, like counting a layer, is not worth waiting for.
    runtime.shutdown_background();
    ended.unwrap_or_else(|error| fail(&error))
}

fn fail(error: &str) -> ExitCode {
    // Nobody reads it when this fails, and the exit code says the same.
    let _ = std::io::Write::write_fmt(
        &mut std::io::stderr(),
        format_args!("box-server: {error}\n"),
    );
    ExitCode::FAILURE
}
