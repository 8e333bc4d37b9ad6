//! The local Identity Center, tested with the clients that AWS publishes.

mod assume_role;
mod aws_cli;
mod chains;
mod command;
mod organizations;
mod portal;
mod sign_in;
mod sts;
mod traffic;
