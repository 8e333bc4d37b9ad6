//! Calls of Windows for which no crate has a safe interface that is worth its weight. Nothing else in this program is
//! `unsafe`; each block says what makes it sound.

#![allow(unsafe_code)]

pub(crate) mod console;
pub(crate) mod job;
pub(crate) mod pipe;
