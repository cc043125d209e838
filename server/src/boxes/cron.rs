//! When a schedule comes next. Five fields or a word like `@daily`; UTC.

use chrono::{DateTime, Utc};
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

use super::error::BoxError;

/// A schedule's times.
#[derive(Debug)]
pub(super) struct Times {
    cron: Cron,
}

impl Times {
    /// `with_seconds` allows a field before the five, which only tests have a use for.
    pub(super) fn parse(text: &str, with_seconds: bool) -> Result<Self, BoxError> {
        let invalid = |what: &dyn std::fmt::Display| {
            Err(BoxError::InvalidArgument(format!(
                "cron: {text:?} can't be used: {what}; give five fields like \"0 9 * * 1-5\", in UTC, \
                 or @hourly, @daily, @weekly, @monthly"
            )))
        };
        if text.len() > 200 || text.chars().any(char::is_control) {
            return Err(BoxError::InvalidArgument(
                "cron: it is longer than 200 characters or has a control character".to_owned(),
            ));
        }
        let seconds = if with_seconds {
            Seconds::Optional
        } else {
            Seconds::Disallowed
        };
        let parser = CronParser::builder()
            .seconds(seconds)
            .year(Year::Disallowed);
        let cron = match parser.build().parse(text.trim()) {
            Ok(cron) => cron,
            Err(error) => return invalid(&error.to_string().trim_end_matches('.')),
        };
        let times = Self { cron };
        match times.after(super::unix_now()) {
            Some(_) => Ok(times),
            None => invalid(&"there is no such time"),
        }
    }

    /// The first time after `second`, if there is one.
    pub(super) fn after(&self, second: i64) -> Option<i64> {
        let after: DateTime<Utc> = DateTime::from_timestamp(second, 0)?;
        let next = self.cron.find_next_occurrence(&after, false).ok()?;
        Some(next.timestamp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-02-23 14:15:16 UTC, a Monday.
    const NOW: i64 = 1_771_856_116;

    fn next(text: &str) -> String {
        let next = Times::parse(text, false).unwrap().after(NOW).unwrap();
        let next = time::OffsetDateTime::from_unix_timestamp(next).unwrap();
        next.format(&time::format_description::well_known::Rfc3339)
            .unwrap()
    }

    #[test]
    fn five_fields_and_words_in_utc() {
        for (text, expected) in [
            ("* * * * *", "2026-02-23T14:16:00Z"),
            ("*/20 * * * *", "2026-02-23T14:20:00Z"),
            ("0 9 * * 1-5", "2026-02-24T09:00:00Z"),
            ("30 0 * * SUN", "2026-03-01T00:30:00Z"),
            ("0 0 29 2 *", "2028-02-29T00:00:00Z"),
            // A day of the month or of the week, whichever comes first.
            ("0 0 1 * 4", "2026-02-26T00:00:00Z"),
            ("@hourly", "2026-02-23T15:00:00Z"),
            ("@daily", "2026-02-24T00:00:00Z"),
            ("@weekly", "2026-03-01T00:00:00Z"),
            ("@monthly", "2026-03-01T00:00:00Z"),
        ] {
            assert_eq!(next(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "0 0 30 2 *",
            "often",
            "@reboot",
            "0 9 * * 1-5 2026",
        ] {
            assert!(Times::parse(text, false).is_err(), "{text:?}");
        }
    }
}
