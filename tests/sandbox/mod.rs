//! The local Identity Center, held against the clients that AWS publishes.

mod aws_cli;
mod command;
mod portal;
mod sign_in;
mod sts;
mod traffic;
