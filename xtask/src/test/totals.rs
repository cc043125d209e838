//! How many tests a suite ran, as its own closing lines say.

use std::ops::AddAssign;

/// Counts of one suite, or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl Totals {
    /// What one line of output adds: a closing line of cargo test, of node's test runner, or a
    /// plain `N passed, N failed`. Any other line adds nothing.
    pub(crate) fn of_line(line: &str) -> Self {
        let line = line.trim();
        if let Some(counts) = line.strip_prefix("test result: ") {
            let counts = counts.split_once(". ").map_or(counts, |(_, counts)| counts);
            return Self::of_counts(counts, ';');
        }
        if let Some(count) = line.strip_prefix("ℹ ").or_else(|| line.strip_prefix("# ")) {
            return Self::of_node(count);
        }
        if line.starts_with(|first: char| first.is_ascii_digit()) && line.contains(" passed, ") {
            return Self::of_counts(line, ',');
        }
        Self::default()
    }

    fn of_counts(counts: &str, separator: char) -> Self {
        let mut totals = Self::default();
        for count in counts.split(separator) {
            let (number, what) = count.trim().split_once(' ').unwrap_or_default();
            let number = number.parse().unwrap_or_default();
            match what {
                "passed" => totals.passed = number,
                "failed" => totals.failed = number,
                "ignored" | "skipped" => totals.skipped = number,
                _ => {}
            }
        }
        totals
    }

    fn of_node(count: &str) -> Self {
        let (what, number) = count.split_once(' ').unwrap_or_default();
        let number = number.parse().unwrap_or_default();
        let mut totals = Self::default();
        match what {
            "pass" => totals.passed = number,
            "fail" | "cancelled" => totals.failed = number,
            "skipped" | "todo" => totals.skipped = number,
            _ => {}
        }
        totals
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totals(passed: u64, failed: u64, skipped: u64) -> Totals {
        Totals {
            passed,
            failed,
            skipped,
        }
    }

    #[test]
    fn closing_lines_of_each_runner_are_counted() {
        let cargo =
            "test result: FAILED. 12 passed; 2 failed; 1 ignored; 0 measured; 3 filtered out";
        assert_eq!(Totals::of_line(cargo), totals(12, 2, 1));
        assert_eq!(Totals::of_line("ℹ pass 7"), totals(7, 0, 0));
        assert_eq!(Totals::of_line("# fail 3"), totals(0, 3, 0));
        assert_eq!(Totals::of_line("ℹ cancelled 1"), totals(0, 1, 0));
        assert_eq!(Totals::of_line("ℹ skipped 2"), totals(0, 0, 2));
        assert_eq!(Totals::of_line("9 passed, 1 failed"), totals(9, 1, 0));
    }

    #[test]
    fn other_lines_add_nothing() {
        for line in [
            "ℹ tests 7",
            "ℹ duration_ms 4",
            "test a_box_is_made ... ok",
            "",
            "3 files",
        ] {
            assert_eq!(Totals::of_line(line), Totals::default(), "{line}");
        }
    }
}
