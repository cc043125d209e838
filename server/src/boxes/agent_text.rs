//! The text that an agent writes in the course of a run, held for those who ask only at its end.
//!
//! What is passed on as it comes is `agent_stream`'s, and has no limit.

use super::exec::MAX_OUTPUT_BYTES;

/// The beginning of what an agent has written.
#[derive(Debug, Default)]
pub(super) struct AgentText {
    held: String,
    total: usize,
}

impl AgentText {
    /// Adds `text`, as far as there is room for it.
    pub(super) fn push(&mut self, text: &str) {
        // Once something was left out, what comes later would not belong to its end.
        if self.total == self.held.len() {
            let room = MAX_OUTPUT_BYTES.saturating_sub(self.held.len());
            self.held.push_str(beginning(text, room));
        }
        self.total = self.total.saturating_add(text.len());
    }

    /// All of it; what was cut says so at its end.
    pub(super) fn into_output(mut self) -> String {
        if self.total > self.held.len() {
            self.held.push_str(&format!(
                "\nbox-server: the output was cut after 16 MiB of {} bytes; \
                 run/stream has no limit\n",
                self.total
            ));
        }
        self.held
    }
}

/// At most `max_bytes` of `text`, and no part of a character.
pub(super) fn beginning(text: &str, max_bytes: usize) -> &str {
    let mut end = max_bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_within_the_limit_is_whole() {
        let mut text = AgentText::default();
        text.push("You said: ");
        text.push("grüß");
        assert_eq!(text.into_output(), "You said: grüß");
    }

    #[test]
    fn a_text_without_end_is_cut_between_characters_and_says_so() {
        let mut text = AgentText::default();
        // Moves the characters, of two bytes each, across the limit.
        text.push("x");
        let part = "é".repeat(1 << 20);
        for _ in 0..20 {
            text.push(&part);
        }
        // There is room for it, but it would stand in the wrong place.
        text.push("y");
        let total = 1 + 20 * part.len() + 1;
        let output = text.into_output();
        let (held, said) = output.split_once("\nbox-server: ").unwrap();
        assert_eq!(held.len(), MAX_OUTPUT_BYTES - 1);
        assert!(held.ends_with('é'));
        assert!(said.contains(&format!("cut after 16 MiB of {total} bytes")));
    }

    #[test]
    fn no_character_is_cut_in_two() {
        let beginnings = [0, 1, 2, 3, 4, 9].map(|max_bytes| beginning("aéz", max_bytes));
        assert_eq!(beginnings, ["", "a", "a", "aé", "aéz", "aéz"]);
    }
}
