//! The sign-in to one Identity Center: a valid token, renewed silently or by a person who signs in, and signing out.

mod asking;
mod authorization_code;
mod callback;
mod device_code;
mod end_page;
mod history;
mod login_policy;
mod method;
mod paths;
mod qr_code;
mod region;
mod renewal;
mod session_end;
mod sign_in;
mod sign_in_page;
mod sign_out;
mod standing;
mod take_over;
mod unsaved;
mod valid_token;

pub use login_policy::LoginPolicy;
pub use method::Method;
pub use paths::Paths;
pub use session_end::{Basis, SessionEnd};
pub use sign_out::SignedOut;
pub use standing::Standing;
pub use valid_token::Session;
