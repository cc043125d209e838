//! What the commands need and install themselves, inside the repository.

mod apt;
mod browser;
mod cargo_tools;
mod filesystems;
mod image_tools;
mod musl_compiler;
mod npm_packages;
mod python;
mod rust_target;

pub(crate) use apt::{install_by_apt, is_on_path};
pub(crate) use browser::{ensure_browser, ensure_firefox};
pub(crate) use cargo_tools::{ensure_cargo_fuzz, ensure_wasm_tools};
pub(crate) use filesystems::ensure_filesystem_programs;
pub(crate) use image_tools::ensure_image_tools;
pub(crate) use musl_compiler::ensure_musl_compiler;
pub(crate) use npm_packages::{ensure_locked_packages, ensure_npm_packages};
pub(crate) use python::ensure_python;
pub(crate) use rust_target::{ensure_target, ensure_wasm_target};
