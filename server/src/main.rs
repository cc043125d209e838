//! The `box-server` command.

use std::process::ExitCode;

/// Sandboxes are built by this same binary. That happens in a process with a single thread, so it
/// is decided before anything else starts one.
fn main() -> ExitCode {
    if std::env::args_os()
        .nth(1)
        .is_some_and(|argument| argument == "sandbox")
    {
        let code = box_server::sandbox::launcher::main();
        return u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from);
    }
    box_server::cli::main()
}
