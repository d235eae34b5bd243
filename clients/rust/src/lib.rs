#![doc = include_str!("../README.md")]

mod admin;
mod cluster;
mod command;
mod credentials;
mod process;
mod shared;

pub use admin::Error;
pub use cluster::Cluster;
pub use process::Options;
pub use shared::{Fresh, fresh};
