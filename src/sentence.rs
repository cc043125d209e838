//! Builds the sentences of errors without `format!`, whose machinery would outweigh the sentences.

/// These parts as one text.
pub fn sentence(parts: &[&str]) -> String {
    let mut text = String::new();
    for part in parts {
        push(&mut text, part);
    }
    text
}

/// `push_str`, but never inlined: its growing of the text would stand in fifty places.
#[inline(never)]
pub fn push(text: &mut String, part: &str) {
    text.push_str(part);
}

/// The last so many digits of a number.
pub fn push_digits(text: &mut String, number: u32, digits: u32) {
    for place in (0..digits).rev() {
        let digit = number / 10_u32.pow(place) % 10;
        text.push(char::from(b'0' + digit as u8));
    }
}

/// What stands before and after the first of this ASCII sign; all of it before when there is none.
pub fn cut(text: &str, sign: u8) -> (&str, &str) {
    let at = text.bytes().position(|byte| byte == sign);
    match at.and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?))) {
        Some(parts) => parts,
        None => (text, ""),
    }
}
