//! How much callers may ask at once: the size of a body, how long it may pause, and calls in a second.
//!
//! A route may allow less than these; none allows more.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::Limited;
use tower_http::timeout::TimeoutBody;
use upstash_box_wasm::api_types::ErrorCode;

use super::error::ApiError;
use crate::server::CallLimits;

/// The route whose bodies have a limit of their own.
const IMPORT: &str = "/v2/box/snapshots/import";
/// From so many callers on, those that were idle for a while are forgotten.
const MANY_CALLERS: usize = 1000;

/// Refuses a body that is known to be too large, and watches over any other while it is read.
pub(super) async fn bound_body(
    State(limits): State<Arc<CallLimits>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let most = if request.uri().path() == IMPORT {
        usize::MAX
    } else {
        limits.most_body_bytes
    };
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length: Option<u64> = length.and_then(|length| length.to_str().ok()?.parse().ok());
    if length.is_some_and(|length| length > most as u64) {
        return Err(ApiError::new(
            ErrorCode::TooLarge,
            format!("the body is larger than {most} bytes, the most that this server takes"),
        ));
    }
    let pause = limits.body_timeout;
    let request = request.map(|body| Body::new(Limited::new(TimeoutBody::new(pause, body), most)));
    Ok(next.run(request).await)
}

/// How many calls each caller has left; a second's worth may come at once.
#[derive(Debug)]
pub(super) struct CallRate {
    per_second: Option<NonZeroU32>,
    callers: Mutex<HashMap<String, Bucket>>,
}

#[derive(Debug)]
struct Bucket {
    left: f64,
    filled_at: Instant,
}

impl CallRate {
    pub(super) fn new(per_second: Option<NonZeroU32>) -> Self {
        Self {
            per_second,
            callers: Mutex::default(),
        }
    }

    /// Counts a call of `caller`, or refuses it.
    pub(super) fn count(&self, caller: &str, now: Instant) -> Result<(), ApiError> {
        let Some(per_second) = self.per_second else {
            return Ok(());
        };
        let full = f64::from(per_second.get());
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if callers.len() >= MANY_CALLERS {
            // After a second's rest a bucket is as full as a new one.
            let rest = Duration::from_secs(1);
            callers.retain(|_, bucket| now.duration_since(bucket.filled_at) < rest);
        }
        let bucket = callers.entry(caller.to_owned()).or_insert(Bucket {
            left: full,
            filled_at: now,
        });
        let passed = now.saturating_duration_since(bucket.filled_at);
        bucket.left = passed.as_secs_f64().mul_add(full, bucket.left).min(full);
        bucket.filled_at = now;
        if bucket.left < 1.0 {
            return Err(ApiError::new(
                ErrorCode::RateLimited,
                format!("more than {per_second} calls in a second: come again in a second"),
            ));
        }
        bucket.left -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_caller_has_a_second_s_worth_of_calls_that_fills_again() {
        let rate = CallRate::new(NonZeroU32::new(2));
        let start = Instant::now();
        let ask = |caller: &str, after_ms: u64| {
            let counted = rate.count(caller, start + Duration::from_millis(after_ms));
            counted.map_err(|error| error.code())
        };
        assert!(ask("one", 0).is_ok() && ask("one", 0).is_ok());
        assert_eq!(ask("one", 0), Err(ErrorCode::RateLimited));
        assert!(ask("other", 0).is_ok());
        assert!(ask("one", 500).is_ok());
        assert_eq!(ask("one", 500), Err(ErrorCode::RateLimited));
        assert!(ask("one", 60_000).is_ok() && ask("one", 60_000).is_ok());
        assert_eq!(ask("one", 60_000), Err(ErrorCode::RateLimited));
    }

    #[test]
    fn callers_that_rest_are_forgotten() {
        let rate = CallRate::new(NonZeroU32::new(1));
        let start = Instant::now();
        for caller in 0..MANY_CALLERS {
            rate.count(&caller.to_string(), start).unwrap();
        }
        rate.count("late", start + Duration::from_secs(2)).unwrap();
        assert_eq!(rate.callers.lock().unwrap().len(), 1);
    }

    #[test]
    fn without_a_rate_nobody_is_counted() {
        let rate = CallRate::new(None);
        for _ in 0..10_000 {
            rate.count("one", Instant::now()).unwrap();
        }
        assert!(rate.callers.lock().unwrap().is_empty());
    }
}
