//! The pages that this machine's own servers show: plain HTML, without a script and without another file.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};
use ring::digest;

use crate::terminal::clean;

/// Shared with the sandbox's pages.
const STYLE: &str = include_str!("../page.css");

/// Nothing but this very style sheet.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let style = STANDARD.encode(digest::digest(&digest::SHA256, STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
});

/// A page that is put together from plain text, whatever that holds.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    title: &'static str,
    content: String,
}

impl Page {
    /// A page with this heading.
    pub(crate) fn new(title: &'static str) -> Self {
        Self { title, content: String::new() }
    }

    /// Adds a paragraph.
    #[must_use]
    pub(crate) fn text(mut self, text: &str) -> Self {
        self.content.push_str(&format!("<p>{}</p>", escape(text)));
        self
    }

    /// Adds values with their names, in two columns.
    #[must_use]
    pub(crate) fn details(mut self, details: &[(&str, &str)]) -> Self {
        let rows = details.iter().map(|(name, value)| format!("<dt>{}</dt><dd>{}</dd>", escape(name), escape(value)));
        self.content.push_str(&format!("<dl>{}</dl>", rows.collect::<String>()));
        self
    }

    /// Adds a command to paste, with what it is for in front.
    #[must_use]
    pub(crate) fn command(mut self, purpose: &str, command: &str) -> Self {
        self.content.push_str(&format!("<p>{}</p><pre>{}</pre>", escape(purpose), escape(command)));
        self
    }

    /// The response that shows it.
    pub(crate) fn response(&self, status: StatusCode) -> Response<String> {
        let Self { title, content } = self;
        let body = format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <meta name=\"color-scheme\" content=\"light dark\"><title>{title} · aws-sso</title>\
             <style>{STYLE}</style></head>\
             <body><main><p class=\"brand\">aws-sso</p><h1>{title}</h1>{content}</main></body></html>\n"
        );
        let mut response = respond(status, "text/html; charset=utf-8", body);
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, POLICY.clone());
        response
    }
}

/// A response that nothing caches, and that no browser takes for another type or names to another site.
pub(crate) fn respond(status: StatusCode, content_type: &'static str, body: String) -> Response<String> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// The text without what a browser would read as HTML, or would hide.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_kept_nowhere_and_loads_nothing() {
        let response = Page::new("Done").text("You can close this tab.").response(StatusCode::OK);
        let header = |name| response.headers()[name].to_str().unwrap();
        assert_eq!(header(CACHE_CONTROL), "no-store");
        assert_eq!(header(REFERRER_POLICY), "no-referrer");
        assert_eq!(header(X_CONTENT_TYPE_OPTIONS), "nosniff");
        let policy = header(CONTENT_SECURITY_POLICY);
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("script"), "{policy}");
        let body = response.body();
        assert!(body.contains("close this tab") && !body.contains("<script"), "{body}");
        for reference in ["src=", "href=", "url(", "@import"] {
            assert!(!body.contains(reference), "{reference} in {body}");
        }
    }

    #[test]
    fn a_page_shows_any_text_as_text() {
        let hostile = "<script>alert('1')</script>\u{202E}\"&";
        let page = Page::new("Done").text(hostile).details(&[("Start URL", hostile)]).command(hostile, hostile);
        let response = page.response(StatusCode::OK);
        let shown = "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;\u{FFFD}&quot;&amp;";
        assert_eq!(response.body().matches(shown).count(), 4, "{}", response.body());
        assert!(!response.body().contains("<script"), "{}", response.body());
    }
}
