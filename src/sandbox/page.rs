//! The pages that a person sees.

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use super::state::Client;

const STYLE: &str = include_str!("page.css");

/// A browser holds a form to `form-action` through its redirects too: an approval leads to the client's listener.
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

/// A sentence, and nothing to decide.
pub(super) fn message(status: StatusCode, title: &str, text: &str) -> Response {
    answer(status, title, &html! { p { (text) } })
}

/// Approve and Deny; the token ties the answer to this very page.
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

fn what_it_may_do(client: &Client) -> Markup {
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

/// An authorization request.
pub(super) fn authorization(client: &Client, request: &str, token: &str) -> Response {
    let content = html! {
        p { "A program on this machine wants to sign in as you." }
        (what_it_may_do(client))
        (decision("/authorize", request, token))
    };
    answer(StatusCode::OK, "Allow access?", &content)
}

/// A device code that is known.
pub(super) fn device(client: &Client, user_code: &str, token: &str) -> Response {
    let content = html! {
        p { "Approve only if this is the code that your program shows." }
        p.code { (user_code) }
        (what_it_may_do(client))
        (decision("/device", user_code, token))
    };
    answer(StatusCode::OK, "Allow access?", &content)
}

/// Where a person types the code.
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

/// In place of the console, which is not here.
pub(super) fn console(account: &str, role: &str, destination: &str) -> Response {
    let content = html! {
        p { "AWS would open its console now." }
        dl {
            dt { "Account" } dd { (account) }
            dt { "Role" } dd { (role) }
            dt { "Destination" } dd { (destination) }
        }
    };
    answer(StatusCode::OK, "Signed in to the console", &content)
}

/// What the directory offers: `/` and `/start`.
pub(super) fn overview(accounts: &[super::Account]) -> Response {
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
