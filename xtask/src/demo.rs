//! `demo`: the page on a local server, ready to use; `demo --check`: the README's scenario, unattended.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::build;
use crate::consumer::Consumer;
use crate::pack;
use crate::program;
use crate::server_binary::{self, Profile};
use crate::site;
use crate::step::step;
use crate::workspace::Workspace;

const PREFERRED_PORT: u16 = 8787;

/// Builds everything, starts the server and leads the person to the page. Ends with the server.
pub(crate) fn demo(workspace: &Workspace) -> Result<()> {
    let (consumer, server) = prepare(workspace)?;
    let site = site::assemble(workspace, &consumer)?;
    let key = new_key()?;
    let mut command = workspace.command(&server.to_string_lossy());
    command
        .args([
            "serve",
            "--listen",
            &format!("127.0.0.1:{}", free_port()?),
            "--data",
        ])
        .arg(workspace.target("demo/data"))
        .arg("--www")
        .arg(site)
        .env("BOX_SERVER_API_KEY", &key)
        .stdout(Stdio::piped());
    println!("\n== {}", program::shown(&command));
    let mut child = command
        .spawn()
        .map_err(|error| program::cannot_start(&command, &error))?;
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line.context("could not read what box-server printed")?;
            println!("{line}");
            if let Some(address) = line.strip_prefix("listening on ") {
                lead_to_page(address, &key);
            }
        }
    }
    let status = child.wait().context("could not wait for box-server")?;
    if !status.success() {
        bail!("box-server ended with {status}");
    }
    Ok(())
}

fn lead_to_page(address: &str, key: &str) {
    // A fragment stays in the browser: it reaches no server and no log.
    let page = format!("{address}/#key={key}");
    println!("\nThe page:   {page}");
    println!("From code:  UPSTASH_BOX_BASE_URL={address} UPSTASH_BOX_API_KEY={key}");
    println!("Ctrl-C stops the server; boxes and snapshots stay in target/demo/data.\n");
    open_page(&page);
}

/// Runs the scenario with nobody present; an error when any step of it failed.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let (consumer, server) = prepare(workspace)?;
    step("run the README's scenario", || {
        program::run(&mut check_command(workspace, &consumer, &server)?)
    })
}

/// The scenario, which starts its own server and says `N passed, N failed` at the end.
pub(crate) fn check_command(
    workspace: &Workspace,
    consumer: &Consumer,
    server: &Path,
) -> Result<Command> {
    let folder = consumer.take_in(&workspace.path("tests/npm"), "npm")?;
    let mut command = workspace.command("node");
    command
        .arg(folder.join("demo-check.mjs"))
        .current_dir(consumer.folder())
        .env("BOX_SERVER_BIN", server);
    Ok(command)
}

fn prepare(workspace: &Workspace) -> Result<(Consumer, PathBuf)> {
    build::build(workspace)?;
    let consumer = pack::pack(workspace)?;
    let server = server_binary::build(workspace, Profile::Server)?;
    Ok((consumer, server))
}

/// The preferred port, or the next one that nobody listens on.
fn free_port() -> Result<u16> {
    (PREFERRED_PORT..u16::MAX)
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .context("no port of 127.0.0.1 is free")
}

/// A key nobody can guess.
fn new_key() -> Result<String> {
    let mut bytes = [0_u8; 24];
    fs::File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .context("could not read /dev/urandom")?;
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("box_{digits}"))
}

/// Opens the page where there is a screen to open it on. The printed address is always enough.
fn open_page(page: &str) {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let has_screen = cfg!(target_os = "macos")
        || std::env::var_os("DISPLAY").is_some()
        || std::env::var_os("WAYLAND_DISPLAY").is_some();
    if !has_screen {
        return;
    }
    let opened = Command::new(opener)
        .arg(page)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if let Err(error) = opened {
        println!("could not start {opener} ({error}): open the address yourself");
    }
}
