//! In which way a person signs in: the options of the verbs that do nothing else first.

use std::num::NonZeroU16;

use clap::Args;

use crate::identity_center::oidc::Flow;
use crate::session::Method;

/// What the user asks for; the settings and the surroundings decide the rest.
#[derive(Clone, Debug, Default, Args)]
#[allow(clippy::struct_excessive_bools, reason = "a flag is a bool")]
pub(crate) struct SignInWay {
    /// Sign in with a browser on this machine, even over SSH, in a container or without a display
    #[arg(long, conflicts_with = "device_code")]
    browser: bool,
    /// Show a code to enter on any device, instead of using a browser on this machine
    #[arg(long)]
    device_code: bool,
    /// Show the code's link as a QR code as well, for a phone; implies --device-code
    #[arg(long, conflicts_with_all = ["browser", "redirect_port"])]
    qr: bool,
    /// Show the link without opening a browser
    #[arg(long)]
    no_browser: bool,
    /// The port of this machine to which the browser comes back, as forwarded by SSH [default: sso_redirect_port, else
    /// any free one]
    #[arg(long, value_name = "PORT", value_parser = port, conflicts_with = "device_code")]
    redirect_port: Option<NonZeroU16>,
}

impl SignInWay {
    /// These options, as the user would type them.
    pub(crate) fn words(&self) -> Vec<String> {
        let Self { browser, device_code, qr, no_browser, redirect_port } = self;
        let flags =
            [("--browser", browser), ("--device-code", device_code), ("--qr", qr), ("--no-browser", no_browser)];
        let flags = flags.into_iter().filter(|(_, is_given)| **is_given).map(|(flag, _)| flag.to_owned());
        flags.chain(redirect_port.map(|port| format!("--redirect-port {port}"))).collect()
    }

    pub(crate) fn method(&self) -> Method {
        let flow = match (self.browser, self.device_code) {
            (true, _) => Some(Flow::Browser),
            (false, true) => Some(Flow::Device),
            (false, false) => None,
        };
        Method { flow, no_browser: self.no_browser, qr: self.qr, redirect_port: self.redirect_port }
    }
}

fn port(text: &str) -> Result<NonZeroU16, &'static str> {
    text.parse().map_err(|_| "a port is a number from 1 to 65535")
}
