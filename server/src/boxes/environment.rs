//! The environment that a command finds in a box.

use std::collections::BTreeMap;

use crate::sandbox::PROXY_PORT;
use crate::store::BoxRecord;

pub(super) const GIT_NAME: &str = "Upstash Box";
pub(super) const GIT_EMAIL: &str = "box@upstash.com";

/// Of the defaults, those that an image knows better.
const OF_THE_IMAGE: [&str; 2] = ["PATH", "LANG"];

/// The defaults, what the image says besides, the box's own variables over them, and `extra` over both.
pub(super) fn variables(
    image_env: &[(String, String)],
    record: &BoxRecord,
    env_vars: &BTreeMap<String, String>,
    extra: &[(&str, String)],
) -> Vec<(String, String)> {
    let proxy = format!("http://127.0.0.1:{PROXY_PORT}");
    let git_name = record.info.git_user_name.as_deref().unwrap_or(GIT_NAME);
    let git_email = record.info.git_user_email.as_deref().unwrap_or(GIT_EMAIL);
    let defaults = [
        (
            "PATH",
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ),
        ("HOME", "/home/boxuser"),
        ("USER", "boxuser"),
        ("LOGNAME", "boxuser"),
        ("SHELL", "/bin/sh"),
        ("LANG", "C.UTF-8"),
        ("TERM", "xterm-256color"),
        ("IS_SANDBOX", "1"),
        // The only way out of the box's network.
        ("http_proxy", proxy.as_str()),
        ("https_proxy", &proxy),
        ("HTTP_PROXY", &proxy),
        ("HTTPS_PROXY", &proxy),
        ("no_proxy", "localhost,127.0.0.1,::1"),
        ("NO_PROXY", "localhost,127.0.0.1,::1"),
        // Node's own fetch asks for it; the package managers read the variables above.
        ("NODE_USE_ENV_PROXY", "1"),
        // Global installs land where the box's user may write.
        ("NPM_CONFIG_PREFIX", "/usr/local"),
        ("PIP_BREAK_SYSTEM_PACKAGES", "1"),
        ("PIP_ROOT_USER_ACTION", "ignore"),
        // Nobody is there to answer.
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_AUTHOR_NAME", git_name),
        ("GIT_AUTHOR_EMAIL", git_email),
        ("GIT_COMMITTER_NAME", git_name),
        ("GIT_COMMITTER_EMAIL", git_email),
    ];
    let mut all: BTreeMap<String, String> = defaults
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    for (name, value) in image_env {
        if OF_THE_IMAGE.contains(&name.as_str()) || !all.contains_key(name) {
            all.insert(name.clone(), value.clone());
        }
    }
    all.extend(
        env_vars
            .iter()
            .map(|(name, value)| (name.clone(), value.clone())),
    );
    all.extend(
        extra
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone())),
    );
    all.into_iter().collect()
}
