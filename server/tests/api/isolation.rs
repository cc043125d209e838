//! What code in a box, as its root, must not reach.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use serde_json::json;

use crate::support::{Client, Server, wait_until};

/// Runs a command that must fail; what it printed.
fn refused(client: &Client, id: &str, command: &str) -> String {
    let answer = client.sh(id, command);
    assert_ne!(answer["exit_code"], 0, "{command}: {answer}");
    format!(
        "{}{}",
        answer["output"].as_str().unwrap(),
        answer["error"].as_str().unwrap()
    )
}

/// A process of the host that ends with the test.
struct HostProcess(Child);

impl HostProcess {
    fn start(seconds: &str) -> Self {
        let mut sleep = Command::new("sleep");
        Self(sleep.arg(seconds).stdin(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for HostProcess {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
fn files_of_the_host_are_out_of_reach() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "for the host only").unwrap();
    let path = secret.path().to_str().unwrap();
    let name = secret.path().file_name().unwrap().to_str().unwrap();

    refused(&client, &id, &format!("cat {path}"));
    refused(&client, &id, &format!("cat /proc/1/root{path}"));
    refused(&client, &id, "cat /etc/shadow");
    refused(&client, &id, &format!("ls {}", server.data().display()));
    let found = client.output(
        &id,
        &format!("find / -xdev -name '{name}' 2>/dev/null; true"),
    );
    assert_eq!(found, "");
    assert_eq!(client.output(&id, "ls /home"), "boxuser\n");
    assert_eq!(client.output(&id, "ls -A /root /mnt /run /srv /opt"), {
        "/mnt:\n\n/opt:\n\n/root:\n\n/run:\n\n/srv:\n"
    });
    client
        .get(&format!("/v2/box/{id}/files/read?path={path}"))
        .is_error(404, "path_not_found");
}

#[test]
fn the_hosts_programs_can_be_replaced_in_the_box_alone() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let command = "mkdir -p /usr/local/bin && echo mine > /usr/local/bin/isolation-test && \
                   cat /usr/local/bin/isolation-test";
    assert_eq!(client.output(&id, command), "mine\n");
    assert!(!std::path::Path::new("/usr/local/bin/isolation-test").exists());
    let other = client.create(json!({}));
    refused(&client, &other, "cat /usr/local/bin/isolation-test");
}

#[test]
fn processes_of_the_host_can_be_neither_seen_nor_signalled() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let process = HostProcess::start("98765.4321");
    let pid = process.0.id();

    let seen = client.output(&id, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '");
    assert!(!seen.contains("98765.4321"), "{seen}");
    let count = client.output(&id, "ls -d /proc/[0-9]* | wc -l");
    assert!(count.trim().parse::<u32>().unwrap() < 8, "{count}");
    refused(&client, &id, &format!("kill -9 {pid}"));
    client.sh(&id, "kill -9 -1");
    assert!(Server::is_process_alive("98765.4321"));
    assert_eq!(client.output(&id, "echo still here"), "still here\n");
}

#[test]
fn the_first_process_can_be_neither_killed_nor_read_nor_traced() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    for secret in [
        "environ",
        "mem",
        "exe",
        "root/etc/passwd",
        "fd/3",
        "cwd/etc",
    ] {
        refused(&client, &id, &format!("head -c 1 /proc/1/{secret}"));
    }
    client.sh(&id, "kill -9 1; kill -STOP 1; kill -TERM 1");
    assert_eq!(client.output(&id, "echo still here"), "still here\n");
    let trace = "import ctypes; libc = ctypes.CDLL(None, use_errno=True); \
                 import sys; sys.exit(0 if libc.ptrace(16, 1, 0, 0) == 0 else 1)";
    refused(&client, &id, &format!("python3 -c '{trace}'"));
}

#[test]
fn the_loopback_interface_of_the_host_is_out_of_reach() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();

    refused(
        &client,
        &id,
        &format!("exec bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port}'"),
    );
    let proxied = client.sh(
        &id,
        &format!("NO_PROXY= no_proxy= curl -sS -m 10 -w '%{{http_code}}' http://127.0.0.1:{port}/"),
    );
    assert!(
        proxied["output"].as_str().unwrap().ends_with("403"),
        "{proxied}"
    );
    assert!(listener.accept().is_err(), "a connection came through");
    assert_eq!(
        client.output(&id, "cat /proc/net/dev | grep : | cut -d: -f1 | tr -d ' '"),
        "lo\n"
    );
}

#[test]
fn one_box_sees_nothing_of_another() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let (one, other) = (client.create(json!({})), client.create(json!({})));
    client.output(
        &one,
        "echo mine > /workspace/home/note; echo mine > /tmp/note",
    );
    client.output(
        &one,
        "(exec python3 -m http.server 5005 >/dev/null 2>&1 </dev/null &) ; true",
    );
    wait_until("the server in the first box", || {
        client.sh(&one, "exec bash -c 'exec 3<>/dev/tcp/127.0.0.1/5005'")["exit_code"] == 0
    });

    refused(&client, &other, "cat /workspace/home/note || cat /tmp/note");
    refused(
        &client,
        &other,
        "exec bash -c 'exec 3<>/dev/tcp/127.0.0.1/5005'",
    );
    let seen = client.output(&other, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '");
    assert!(!seen.contains("http.server"), "{seen}");
    refused(
        &client,
        &other,
        &format!("ls {}/boxes/{one}", server.data().display()),
    );
}

#[test]
fn root_in_a_box_has_no_power_over_the_kernel() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let status = client.output(
        &id,
        "grep -E '^(NoNewPrivs|Seccomp|CapEff|CapBnd)' /proc/self/status",
    );
    assert!(status.contains("NoNewPrivs:\t1\n"), "{status}");
    assert!(status.contains("Seccomp:\t2\n"), "{status}");
    // Neither SYS_ADMIN (21) nor SYS_MODULE (16), NET_ADMIN (12) or MKNOD (27).
    for line in status.lines().filter(|line| line.starts_with("Cap")) {
        let bits = u64::from_str_radix(line.split('\t').nth(1).unwrap(), 16).unwrap();
        for capability in [12, 16, 21, 27] {
            assert_eq!(bits & (1 << capability), 0, "{line}");
        }
    }
    for command in [
        "mount -t tmpfs none /mnt",
        "umount /proc",
        "unshare --user true",
        "unshare --mount true",
        "mknod /tmp/disk b 254 0",
        "dmesg",
        "echo 1 > /proc/sys/kernel/panic",
        "echo c > /proc/sysrq-trigger && cat /proc/sysrq-trigger | grep .",
        "chroot /proc/1/root true",
        "ls /sys/kernel/* /sys/fs/*",
    ] {
        refused(&client, &id, command);
    }
}

// The numbers of calls are those of x86-64.
#[cfg(target_arch = "x86_64")]
#[test]
fn calls_that_have_been_a_way_out_before_are_refused() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    // keyctl, add_key, bpf, perf_event_open, userfaultfd, io_uring_setup,
    // setns, pivot_root, open_by_handle_at, kexec_load, init_module, fsopen, move_mount.
    let script = "import ctypes, sys\n\
        libc = ctypes.CDLL(None, use_errno=True)\n\
        for number in (250, 248, 321, 298, 323, 425, 308, 155, 304, 246, 175, 430, 429):\n\
        \x20   ctypes.set_errno(0)\n\
        \x20   returned = libc.syscall(number, 0, 0, 0, 0, 0)\n\
        \x20   print(number, returned, ctypes.get_errno())\n";
    let body = json!({ "path": "calls.py", "content": script });
    client
        .post(&format!("/v2/box/{id}/files/write"), &body)
        .ok();
    for line in client.output(&id, "python3 calls.py").lines() {
        assert!(line.ends_with(" -1 1"), "not EPERM: {line}");
    }
    let families = "import socket\n\
        for family in (17, 38, 40):\n\
        \x20   try:\n\
        \x20       socket.socket(family, socket.SOCK_RAW)\n\
        \x20       print('open', family)\n\
        \x20   except OSError as error:\n\
        \x20       print(error.errno)\n";
    let body = json!({ "path": "families.py", "content": families });
    client
        .post(&format!("/v2/box/{id}/files/write"), &body)
        .ok();
    assert_eq!(client.output(&id, "python3 families.py"), "1\n1\n1\n");
}

#[test]
fn the_files_api_follows_links_inside_the_box_only() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(
        &id,
        "ln -s /etc/passwd users; ln -s /proc/1/root/etc init-root; ln -s /proc/self/exe exe; \
         ln -s ../../../../../../etc/passwd up; ln -s / root; mkfifo pipe; ln -s /dev/zero zero",
    );
    let read = |path: &str| client.get(&format!("/v2/box/{id}/files/read?path={path}"));
    for path in ["users", "up", "root/etc/passwd"] {
        let content = read(path).ok()["content"].as_str().unwrap().to_owned();
        assert!(content.starts_with("boxuser:x:0:0:"), "{path}: {content}");
    }
    for path in ["exe", "init-root/passwd", "pipe", "zero", "/proc/self/fd/0"] {
        let answer = read(path);
        assert!(
            (400..500).contains(&answer.status),
            "{path}: {}",
            answer.text()
        );
    }
    let body = json!({ "path": "exe", "content": "x" });
    let answer = client.post(&format!("/v2/box/{id}/files/write"), &body);
    assert!((400..500).contains(&answer.status), "{}", answer.text());
    read("../../../etc/passwd").is_error(400, "invalid_argument");
}

#[test]
fn a_box_that_forks_without_end_harms_itself_alone() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let (bomb, other) = (client.create(json!({})), client.create(json!({})));
    client.output(&other, "true");
    let body =
        json!({ "command": ["sh", "-c", "f() { f | f & }; f; sleep 3600"], "timeout": 1500 });
    let answer = client.post(&format!("/v2/box/{bomb}/exec"), &body);
    assert!(answer.status == 200 || answer.status >= 400);
    assert_eq!(client.output(&other, "echo fine"), "fine\n");
    client.delete(&format!("/v2/box/{bomb}")).ok();
    wait_until("the box's directory to go", || {
        !server.names_in("boxes").contains(&bomb)
    });
}

#[test]
fn a_box_that_fills_memory_harms_itself_alone() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let (bomb, other) = (client.create(json!({})), client.create(json!({})));
    client.output(&other, "true");
    let fill = "python3 -c 'blocks = []\nwhile True: blocks.append(bytes(1 << 28))'";
    let answer = client.sh(&bomb, fill);
    // Refused by the limit of the process, or ended by the limit of the box.
    let text = answer["error"].as_str().unwrap_or_default();
    let is_refused = text.contains("MemoryError") || answer["exit_code"] == 137;
    assert!(is_refused, "{answer}");
    let shared = client.sh(&bomb, "dd if=/dev/zero of=/dev/shm/fill bs=1M count=512");
    assert_eq!(shared["exit_code"], 1, "{shared}");
    assert_eq!(client.output(&other, "echo fine"), "fine\n");
    assert_eq!(
        client.output(&bomb, "rm /dev/shm/fill; echo fine"),
        "fine\n"
    );
}

#[test]
fn users_of_a_box_have_no_more_processes_together_than_the_box_may() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let most = client.output(&id, "cat /proc/sys/kernel/pid_max");
    let most: u64 = most.trim().parse().unwrap();
    if most > 4096 {
        // Before Linux 6.14 there is one number for the whole machine.
        eprintln!("skipped: this kernel has no limit of processes for a pid namespace");
        return;
    }
    assert_eq!(most, 4096);
    let raise = client.sh(&id, "echo 100000 > /proc/sys/kernel/pid_max");
    assert_ne!(raise["exit_code"], 0, "{raise}");
    assert_eq!(client.output(&id, "cat /proc/sys/kernel/pid_max"), "4096\n");
}

#[test]
fn descriptors_that_a_box_leaves_on_their_way_keep_no_other_box_from_working() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let (hostile, other) = (client.create(json!({})), client.create(json!({})));
    client.output(&other, "echo content > file");
    let program = r#"
import array, errno, os, socket, time
null = array.array('i', [os.open('/dev/null', os.O_RDONLY)] * 253)
rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, null)]
kept, refused = [], None
while refused != errno.ETOOMANYREFS:
    pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    pair[0].setblocking(False)
    kept.append(pair)
    try:
        while True: pair[0].sendmsg([b'x'], rights)
    except OSError as error: refused = error.errno
open('full', 'w').close()
time.sleep(1000)
"#;
    let body = json!({ "path": "program.py", "content": program });
    client
        .post(&format!("/v2/box/{hostile}/files/write"), &body)
        .ok();
    client.output(&hostile, "setsid python3 program.py >log 2>&1 &");
    wait_until("no more to be taken", || {
        client.output(&hostile, "ls full 2>/dev/null; true") == "full\n"
    });
    let read = client.get(&format!("/v2/box/{other}/files/read?path=file"));
    assert_eq!(read.ok()["content"], "content\n");
    assert_eq!(client.output(&other, "echo lives"), "lives\n");
    let late = client.create(json!({}));
    assert_eq!(client.output(&late, "echo starts"), "starts\n");
}
