//! The HTML pages that a person sees.

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use super::directory::Account;
use super::state::{Client, ConsoleTicket};

const STYLE: &str = include_str!("../page.css");

/// Browsers apply `form-action` to redirects too, and an approval redirects to the client's own loopback port.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; \
                      form-action 'self' http://127.0.0.1:*; frame-ancestors 'none'; base-uri 'none'";

fn answer(status: StatusCode, title: &str, content: &Markup) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · AWS SSO sandbox" }
                style { (maud::PreEscaped(STYLE)) }
            }
            body {
                main {
                    p.brand { "aws-sso sandbox" }
                    h1 { (title) }
                    (content)
                }
                footer { "A local Identity Center on this machine. Nothing here reaches AWS." }
            }
        }
    };
    let headers: [(HeaderName, &str); 5] = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, page.into_string()).into_response()
}

/// A page with one sentence.
pub(super) fn message(status: StatusCode, title: &str, text: &str) -> Response {
    answer(status, title, &html! { p { (text) } })
}

/// The buttons Approve and Deny. Only this page knows the token, so no other site can send the form.
fn decision(action: &str, request: &str, token: &str) -> Markup {
    html! {
        form method="post" action=(action) {
            input type="hidden" name="request" value=(request);
            input type="hidden" name="token" value=(token);
            button.primary type="submit" name="decision" value="approve" { "Approve" }
            button type="submit" name="decision" value="deny" { "Deny" }
        }
    }
}

fn client_details(client: &Client) -> Markup {
    html! {
        dl {
            dt { "Program" }
            dd { (client.name) }
            dt { "Asks for" }
            dd {
                @if client.scopes.is_empty() { "your accounts and roles, for eight hours" }
                @for scope in &client.scopes { code { (scope) } " " }
            }
        }
    }
}

/// Asks whether a client may sign in, for the browser flow.
pub(super) fn authorization(client: &Client, request: &str, token: &str) -> Response {
    let content = html! {
        p { "A program on this machine wants to sign in as you." }
        (client_details(client))
        (decision("/authorize", request, token))
    };
    answer(StatusCode::OK, "Allow access?", &content)
}

/// Asks whether a client may sign in, for the device flow.
pub(super) fn device(client: &Client, user_code: &str, token: &str) -> Response {
    let content = html! {
        p { "Approve only if this is the code that your program shows." }
        p.code { (user_code) }
        (client_details(client))
        (decision("/device", user_code, token))
    };
    answer(StatusCode::OK, "Allow access?", &content)
}

/// Asks for a device code.
pub(super) fn enter_code() -> Response {
    let content = html! {
        p { "Type the code that your program shows." }
        form method="get" action="/device" {
            label for="user_code" { "Code" }
            input #user_code name="user_code" placeholder="ABCD-EFGH" autocomplete="off" autofocus required;
            button.primary type="submit" { "Continue" }
        }
    };
    answer(StatusCode::OK, "Sign in", &content)
}

/// Shown in place of the AWS console.
pub(super) fn console(ticket: &ConsoleTicket, destination: &str) -> Response {
    let content = html! {
        p { "AWS would open its console now." }
        dl {
            dt { "Account" } dd { (ticket.account) }
            dt { "Role" } dd { (ticket.role) }
            dt { "Destination" } dd { (destination) }
            dt { "Session" } dd { (ticket.session / 60_000) " minutes" }
        }
    };
    answer(StatusCode::OK, "Signed in to the console", &content)
}

/// The accounts and roles, at `/` and `/start`.
pub(super) fn overview(accounts: &[Account]) -> Response {
    let content = html! {
        p { (accounts.len()) " accounts, with these roles:" }
        table {
            @for account in accounts.iter().take(200) {
                tr {
                    th scope="row" { (account.name) " " code { (account.id) } }
                    td { @for role in &account.roles { code { (role) } " " } }
                }
            }
        }
    };
    answer(StatusCode::OK, "Your accounts", &content)
}
