//! A box-server of the test's own, with its own data, gone with this value.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

pub(crate) struct BoxServer {
    pub(crate) base_url: String,
    pub(crate) api_key: String,
    child: Child,
    data: PathBuf,
}

impl BoxServer {
    /// The program that `BOX_SERVER_BIN` names; `None`, said aloud, where it names none.
    pub(crate) fn start() -> Option<Self> {
        let Some(program) = std::env::var_os("BOX_SERVER_BIN") else {
            assert!(
                std::env::var_os("CI").is_none_or(|value| value != "true"),
                "BOX_SERVER_BIN names no server"
            );
            println!("skipped: BOX_SERVER_BIN names no server");
            return None;
        };
        let data = std::env::temp_dir().join(format!("box-rust-{}", std::process::id()));
        let api_key = format!("box_rust_{}", std::process::id());
        let mut child = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(&data)
            .env("BOX_SERVER_API_KEY", &api_key)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = lines
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("listening on ").map(str::to_owned));
        let base_url = ready.expect("box-server ended before it listened");
        Some(Self {
            base_url,
            api_key,
            child,
            data,
        })
    }
}

impl Drop for BoxServer {
    fn drop(&mut self) {
        let pid = self.child.id().to_string();
        // The polite end lets it take its boxes along.
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.data);
    }
}
