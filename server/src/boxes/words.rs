//! The words that box ids are made of: short, plain, 64 of each.

pub(super) const ADJECTIVES: &[&str] = &[
    "able", "amber", "apt", "bold", "brave", "brief", "bright", "brisk", "broad", "calm", "clean",
    "clear", "clever", "cool", "cosy", "crisp", "current", "daring", "deft", "eager", "early",
    "easy", "even", "fair", "fast", "fine", "firm", "fond", "free", "fresh", "gentle", "glad",
    "golden", "grand", "green", "happy", "honest", "keen", "kind", "lively", "lucky", "mellow",
    "merry", "mild", "neat", "noble", "patient", "plain", "prime", "proud", "quick", "quiet",
    "rapid", "ready", "sharp", "silver", "smooth", "snug", "steady", "sunny", "swift", "tidy",
    "warm", "wise",
];

pub(super) const ANIMALS: &[&str] = &[
    "ant", "badger", "bat", "bear", "beaver", "bee", "bison", "boar", "camel", "carp", "cat",
    "cobra", "cod", "crab", "crane", "crow", "deer", "dove", "duck", "eagle", "eel", "elk",
    "falcon", "ferret", "finch", "fox", "frog", "gecko", "goat", "goose", "gull", "hare", "hawk",
    "heron", "horse", "ibex", "jay", "koala", "lark", "lemur", "lion", "llama", "lynx", "mole",
    "moose", "moth", "mouse", "newt", "orca", "otter", "owl", "panda", "perch", "pike", "puma",
    "quail", "raven", "robin", "seal", "swan", "tiger", "toad", "wasp", "wolf",
];
