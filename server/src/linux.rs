//! Kernel calls: the one place with `unsafe`. Each function makes one call.
