//! The `box-server` command.

use std::process::ExitCode;

use box_server::json_check;
use box_server::snapshots::box_root;

/// Sandboxes are built by this same binary, and it does what takes the rights of their root or may take more
/// than there is. That happens in processes with a single thread, so it is decided before anything else
/// starts one.
fn main() -> ExitCode {
    let argument = std::env::args_os().nth(1).unwrap_or_default();
    let code = if argument == "sandbox" {
        box_server::sandbox::launcher::main()
    } else if argument == box_root::SUBCOMMAND {
        box_root::main()
    } else if argument == json_check::SUBCOMMAND {
        json_check::main()
    } else {
        return box_server::cli::main();
    };
    u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from)
}
