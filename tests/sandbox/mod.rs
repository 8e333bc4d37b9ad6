//! The local Identity Center, tested with the clients that AWS publishes.

mod aws_cli;
mod command;
mod portal;
mod sign_in;
mod sts;
mod traffic;
