//! Whether a failed request is sent again, and when.
//!
//! Only a request that does no more when sent twice, and only a failure that passes by itself.

use crate::api_types::ErrorCode;
use crate::error::Error;

/// Tries after the first.
const RETRIES: u32 = 3;
const FIRST_DELAY_MS: u32 = 100;
const LONGEST_DELAY_MS: u32 = 5000;
/// A server that asks for more patience than this gets none: the caller decides.
const LONGEST_RETRY_AFTER_MS: u32 = 60_000;

/// How long to wait before try number `tried + 1`; `None` when there is none.
///
/// `chance` draws a random number from 0 to 1, which spreads the tries of many clients.
pub fn delay_ms(
    repeatable: bool,
    tried: u32,
    failure: &Error,
    chance: &dyn Fn() -> f64,
) -> Option<u32> {
    let passing = matches!(failure.status, Some(429 | 502..=504))
        || failure.status.is_none() && failure.code == ErrorCode::Network;
    if !repeatable || !passing || tried > RETRIES {
        return None;
    }
    if let Some(asked) = failure.retry_after_ms {
        return (asked <= LONGEST_RETRY_AFTER_MS).then_some(asked);
    }
    let ceiling = FIRST_DELAY_MS
        .saturating_mul(2_u32.saturating_pow(tried.saturating_sub(1)))
        .min(LONGEST_DELAY_MS);
    Some((f64::from(ceiling) * (0.5 + chance().clamp(0.0, 1.0) / 2.0)) as u32)
}

/// The milliseconds in a `Retry-After` header that counts seconds.
///
/// The other form, a date, needs a clock that agrees with the server's, and is left unread.
pub fn retry_after_ms(header: &str) -> Option<u32> {
    let digits = header.trim_ascii();
    let seconds = digits
        .bytes()
        .try_fold(0_u32, |seconds, digit| match digit {
            b'0'..=b'9' => seconds
                .checked_mul(10)?
                .checked_add(u32::from(digit - b'0')),
            _ => None,
        });
    seconds.filter(|_| !digits.is_empty())?.checked_mul(1000)
}

#[cfg(test)]
mod tests {
    use super::{delay_ms, retry_after_ms};
    use crate::api_types::ErrorCode;
    use crate::error::Error;

    fn answered(status: u16) -> Error {
        let mut error = Error::new(ErrorCode::from_status(status), String::new());
        error.status = Some(status);
        error
    }

    #[test]
    fn only_passing_failures_of_repeatable_requests_are_tried_again() {
        for status in [429, 502, 503, 504] {
            assert!(
                delay_ms(true, 1, &answered(status), &|| 0.5).is_some(),
                "{status}"
            );
            assert_eq!(
                delay_ms(false, 1, &answered(status), &|| 0.5),
                None,
                "{status}"
            );
        }
        for status in [400, 401, 404, 409, 500, 501, 507] {
            assert_eq!(
                delay_ms(true, 1, &answered(status), &|| 0.5),
                None,
                "{status}"
            );
        }
        for (code, again) in [
            (ErrorCode::Network, true),
            (ErrorCode::Timeout, false),
            (ErrorCode::Aborted, false),
        ] {
            assert_eq!(
                delay_ms(true, 1, &Error::new(code, String::new()), &|| 0.5).is_some(),
                again,
                "{}",
                code.as_str()
            );
        }
    }

    #[test]
    fn delays_grow_spread_and_end() {
        let failure = Error::new(ErrorCode::Network, String::new());
        assert_eq!(delay_ms(true, 1, &failure, &|| 0.0), Some(50));
        assert_eq!(delay_ms(true, 1, &failure, &|| 1.0), Some(100));
        assert_eq!(delay_ms(true, 3, &failure, &|| 1.0), Some(400));
        assert_eq!(delay_ms(true, 4, &failure, &|| 1.0), None);
    }

    #[test]
    fn the_server_says_when() {
        let mut failure = answered(429);
        failure.retry_after_ms = retry_after_ms(" 2 ");
        assert_eq!(delay_ms(true, 1, &failure, &|| 0.5), Some(2000));
        failure.retry_after_ms = retry_after_ms("61");
        assert_eq!(delay_ms(true, 1, &failure, &|| 0.5), None);
        assert_eq!(retry_after_ms("Wed, 21 Oct 2026 07:28:00 GMT"), None);
        assert_eq!(retry_after_ms("99999999999"), None);
        assert_eq!(retry_after_ms(" "), None);
    }
}
