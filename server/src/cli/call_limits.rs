//! The flags of `serve` that say how much callers may ask at once.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use clap::Args;

use crate::server::CallLimits;

#[derive(Args, Debug)]
pub(super) struct CallLimitFlags {
    /// The most connections at a time; those that wait for a call give place to new ones
    #[arg(long, value_name = "COUNT", default_value = "4096")]
    max_connections: NonZeroUsize,
    /// How long the head of a call may take, and how long a connection may wait for the next call
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = some_time)]
    head_timeout: Duration,
    /// How long a body may pause
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = some_time)]
    body_timeout: Duration,
    /// The most that a body may hold, but for imported archives; routes may take less
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 30)]
    max_body_bytes: usize,
    /// The most calls of one key or token in a second; any number unless given
    #[arg(long, value_name = "COUNT")]
    max_calls_per_second: Option<NonZeroU32>,
}

impl From<CallLimitFlags> for CallLimits {
    fn from(flags: CallLimitFlags) -> Self {
        Self {
            most_connections: flags.max_connections.get(),
            head_timeout: flags.head_timeout,
            body_timeout: flags.body_timeout,
            most_body_bytes: flags.max_body_bytes,
            calls_per_second: flags.max_calls_per_second,
        }
    }
}

fn some_time(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(time) if time.is_zero() => Err("it must be longer than nothing".to_owned()),
        parsed => parsed.map_err(|error| error.to_string()),
    }
}
