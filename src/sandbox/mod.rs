//! A local Identity Center, to try, to test and to demonstrate.
//!
//! It speaks SSO-OIDC, the SSO portal, STS `GetCallerIdentity` and the console's sign-in endpoint, on loopback only,
//! all on one port: their paths do not overlap. Of the rest of this library it knows role names alone, so that a
//! misreading of the protocol cannot hide in both.
//!
//! Besides the services' own paths there are `/` and `/start`, a page of what the directory offers; `/device`, where
//! device codes are approved; `GET /sandbox/requests`, the log as JSON; `DELETE /sandbox/requests`, which empties it;
//! and `POST /sandbox/revoke`, which ends every session.

mod authorize;
mod directory;
mod federation;
mod log;
mod oidc;
mod options;
mod page;
mod portal;
mod random;
mod refusal;
mod state;
mod sts;
mod tls;
mod traffic;

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::Runtime;

pub use self::directory::Account;
pub use self::log::Request;
pub use self::options::{Approval, Fault, Names, Options, Rotation};
use self::state::{State, lock};
use self::traffic::{Bucket, Dropped};

/// A running Identity Center on 127.0.0.1; it stops when dropped.
pub struct Sandbox {
    state: Arc<State>,
    /// Held for its end.
    _runtime: Background,
    address: SocketAddr,
    secure: Option<Secure>,
}

/// A runtime that can be dropped anywhere: it does not wait for what it still runs.
struct Background(Option<Runtime>);

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

struct Secure {
    ca_pem: String,
    address: SocketAddr,
    proxy: SocketAddr,
}

impl Sandbox {
    /// Starts a server, with threads of its own.
    ///
    /// # Errors
    /// When the port is taken, or the system gives no sockets or threads.
    pub fn start(options: Options) -> io::Result<Self> {
        let listener = listen(options.port)?;
        let address = listener.local_addr()?;
        let identity = options.tls.then(|| tls::Identity::new(&options.region)).transpose()?;
        let state = Arc::new(State::new(options, format!("http://{address}")));
        let router = router(&state);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("sandbox")
            .enable_all()
            .build()?;
        let handle = runtime.handle().clone();
        let runtime = Background(Some(runtime));
        let _context = handle.enter();
        let plain = tokio::net::TcpListener::from_std(listener)?;
        let secure = match identity {
            Some(identity) => Some(serve_tls(identity, &router, &state)?),
            None => None,
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = plain.accept().await {
                tls::send_at_once(&stream);
                tokio::spawn(converse(stream, router.clone()));
            }
        });
        Ok(Self { state, address, secure, _runtime: runtime })
    }

    /// `http://127.0.0.1:PORT`, the endpoint of every service.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// `https://127.0.0.1:PORT`, with the option `tls`.
    #[must_use]
    pub fn https_endpoint(&self) -> Option<String> {
        self.secure.as_ref().map(|secure| format!("https://{}", secure.address))
    }

    /// `http://127.0.0.1:PORT` for `HTTPS_PROXY`, with the option `tls`: it leads every host to [`Self::https_endpoint`].
    #[must_use]
    pub fn proxy(&self) -> Option<String> {
        self.secure.as_ref().map(|secure| format!("http://{}", secure.proxy))
    }

    /// The certificate of the authority that vouches for the https endpoint, with the option `tls`.
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        self.secure.as_ref().map(|secure| secure.ca_pem.as_str())
    }

    /// What `sso_start_url` has to be.
    #[must_use]
    pub fn start_url(&self) -> String {
        self.state.start_url()
    }

    /// What `sso_region` has to be.
    #[must_use]
    pub fn region(&self) -> String {
        self.state.options().region
    }

    /// The accounts with their roles, in the service's order.
    #[must_use]
    pub fn accounts(&self) -> Vec<Account> {
        self.state.directory().accounts.clone()
    }

    /// What was asked so far, in the order of arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.state.log.all()
    }

    /// How often an operation was asked for, such as `ListAccounts`.
    #[must_use]
    pub fn count(&self, operation: &str) -> usize {
        self.requests().iter().filter(|request| request.operation == operation).count()
    }

    /// Empties the log.
    pub fn clear_log(&self) {
        self.state.log.clear();
    }

    /// The options as they are now.
    #[must_use]
    pub fn options(&self) -> Options {
        self.state.options()
    }

    /// Changes how it behaves from the next request on.
    pub fn update(&self, change: impl FnOnce(&mut Options)) {
        change(&mut lock(&self.state.options));
        *lock(&self.state.bucket) = Bucket::new(self.state.options().rate_limit);
        self.state.rebuild_directory();
    }

    /// Ends every session: access tokens are answered with 401, refresh tokens with `InvalidGrantException`.
    pub fn revoke_sessions(&self) {
        lock(&self.state.sessions).end_all();
    }

    /// Takes a role away: it is no longer listed, and asking for it is answered with "No access".
    pub fn revoke_role(&self, account_id: &str, role_name: &str) {
        lock(&self.state.revoked_roles).insert((account_id.to_owned(), role_name.to_owned()));
        self.state.rebuild_directory();
    }

    /// Gives a role back that was taken away.
    pub fn restore_role(&self, account_id: &str, role_name: &str) {
        lock(&self.state.revoked_roles).remove(&(account_id.to_owned(), role_name.to_owned()));
        self.state.rebuild_directory();
    }
}

fn listen(port: u16) -> io::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn serve_tls(identity: tls::Identity, router: &Router, state: &Arc<State>) -> io::Result<Secure> {
    let listener = tokio::net::TcpListener::from_std(listen(0)?)?;
    let proxy_listener = tokio::net::TcpListener::from_std(listen(0)?)?;
    let (address, proxy) = (listener.local_addr()?, proxy_listener.local_addr()?);
    let tls::Identity { ca_pem, acceptor } = identity;
    let router = router.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tls::send_at_once(&stream);
            let (acceptor, router) = (acceptor.clone(), router.clone());
            tokio::spawn(async move {
                // A client that does not trust the certificate goes away: that is its right.
                if let Ok(stream) = acceptor.accept(stream).await {
                    converse(stream, router).await;
                }
            });
        }
    });
    tokio::spawn(tls::proxy(proxy_listener, address, Arc::clone(state)));
    Ok(Secure { ca_pem, address, proxy })
}

/// Serves one connection. An error that the service returns makes hyper close it without an answer.
async fn converse(stream: impl AsyncRead + AsyncWrite + Unpin, router: Router) {
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |request| {
        let answer = router.call(request);
        async move {
            let Ok::<_, Infallible>(response) = answer.await;
            if response.extensions().get::<Dropped>().is_some() {
                return Err(io::Error::from(io::ErrorKind::ConnectionAborted));
            }
            Ok(response)
        }
    });
    let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
    // What ends a conversation early is the client's affair, or a fault that was asked for.
    let _ = connection.await;
}

fn router(state: &Arc<State>) -> Router {
    Router::new()
        .route("/client/register", post(oidc::register))
        .route("/device_authorization", post(oidc::device_authorization))
        .route("/token", post(oidc::token))
        .route("/authorize", get(authorize::authorize).post(authorize::answer_authorization))
        .route("/device", get(authorize::device).post(authorize::answer_device))
        .route("/assignment/accounts", get(portal::accounts))
        .route("/assignment/roles", get(portal::roles))
        .route("/federation/credentials", get(portal::credentials))
        .route("/logout", post(portal::logout))
        .route("/federation", get(federation::federation).post(federation::federation))
        .route("/", post(sts::query).get(overview))
        .route("/start", get(overview))
        .route("/sandbox/requests", get(requests).delete(clear_requests))
        .route("/sandbox/revoke", post(revoke))
        .layer(middleware::from_fn_with_state(Arc::clone(state), traffic::watch))
        .with_state(Arc::clone(state))
}

async fn overview(Shared(state): Shared<Arc<State>>) -> axum::response::Response {
    page::overview(&state.directory().accounts)
}

async fn requests(Shared(state): Shared<Arc<State>>) -> Json<Vec<Request>> {
    Json(state.log.all())
}

async fn clear_requests(Shared(state): Shared<Arc<State>>) -> StatusCode {
    state.log.clear();
    StatusCode::NO_CONTENT
}

async fn revoke(Shared(state): Shared<Arc<State>>) -> StatusCode {
    lock(&state.sessions).end_all();
    StatusCode::NO_CONTENT
}
