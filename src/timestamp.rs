//! Unix seconds as ISO 8601 text, in UTC with milliseconds, as JavaScript's `toISOString` prints it.

use crate::sentence::push_digits;

/// The last second of the year 9999; JavaScript prints later years in another form.
const LAST_SECOND: f64 = 253_402_300_799.0;

/// The text for this time; `None` for a number that is no time between the years 1970 and 9999.
pub fn iso(seconds: f64) -> Option<String> {
    if !(0.0..=LAST_SECOND).contains(&seconds) {
        return None;
    }
    let milliseconds = (seconds * 1000.0) as u64;
    let (year, month, day) = civil((milliseconds / 86_400_000) as u32);
    let of_day = (milliseconds % 86_400_000) as u32;
    let mut text = String::with_capacity(24);
    for (number, digits, after) in [
        (year, 4, '-'),
        (month, 2, '-'),
        (day, 2, 'T'),
        (of_day / 3_600_000, 2, ':'),
        (of_day / 60_000 % 60, 2, ':'),
        (of_day / 1000 % 60, 2, '.'),
        (of_day % 1000, 3, 'Z'),
    ] {
        push_digits(&mut text, number, digits);
        text.push(after);
    }
    Some(text)
}

/// Year, month and day of a number of days since 1970-01-01.
///
/// Years are counted from 1 March of the year 0, so that the leap day is a year's last: then month
/// lengths follow one formula and centuries need no table.
fn civil(days_since_1970: u32) -> (u32, u32, u32) {
    let days = days_since_1970 + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    (era * 400 + year_of_era + u32::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::iso;

    #[test]
    fn known_times_print_as_javascript_prints_them() {
        for (seconds, text) in [
            (0.0, "1970-01-01T00:00:00.000Z"),
            (951_782_400.0, "2000-02-29T00:00:00.000Z"),
            (1_771_845_600.0, "2026-02-23T11:20:00.000Z"),
            (1_771_845_600.25, "2026-02-23T11:20:00.250Z"),
            (4_102_444_799.0, "2099-12-31T23:59:59.000Z"),
            (4_107_542_400.0, "2100-03-01T00:00:00.000Z"),
            (253_402_300_799.0, "9999-12-31T23:59:59.000Z"),
        ] {
            assert_eq!(iso(seconds).as_deref(), Some(text));
        }
    }

    #[test]
    fn numbers_that_are_no_time_are_left_alone() {
        for number in [-1.0, f64::NAN, f64::INFINITY, 1e15] {
            assert_eq!(iso(number), None);
        }
    }
}
