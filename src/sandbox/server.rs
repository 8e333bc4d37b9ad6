//! The running server: its sockets, its threads, and what can be changed while it runs.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use axum::Router;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::Runtime;

use super::bucket::Bucket;
use super::directory::Account;
use super::issued::partition_of;
use super::lock::lock;
use super::log::LoggedRequest;
use super::options::Options;
use super::routes::router;
use super::state::SandboxState;
use super::tls;
use super::traffic::Dropped;

/// A running Identity Center on 127.0.0.1; it stops when dropped.
pub struct Sandbox {
    state: Arc<SandboxState>,
    /// Its threads end when it is dropped.
    _runtime: Background,
    address: SocketAddr,
    secure: Option<Secure>,
}

/// A runtime that can be dropped inside another one, where waiting for its tasks would panic.
struct Background(Option<Runtime>);

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// The https endpoint and the proxy that leads to it.
struct Secure {
    ca_pem: String,
    address: SocketAddr,
    proxy: SocketAddr,
}

impl Sandbox {
    /// Starts a server on threads of its own.
    ///
    /// # Errors
    /// When the port is in use, or the system has no sockets or threads left.
    pub fn start(options: Options) -> io::Result<Self> {
        let listener = listen(options.port)?;
        let address = listener.local_addr()?;
        let certificate = options.tls.then(|| tls::ServerCertificate::new(&options)).transpose()?;
        let state = Arc::new(SandboxState::new(options, format!("http://{address}")));
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
        let secure = match certificate {
            Some(certificate) => Some(serve_tls(certificate, &router, &state)?),
            None => None,
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = plain.accept().await {
                tls::send_at_once(&stream);
                tokio::spawn(serve_connection(stream, router.clone()));
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

    /// `http://127.0.0.1:PORT` for `HTTPS_PROXY`, with the option `tls`: every connection through it ends
    /// at [`Self::https_endpoint`].
    #[must_use]
    pub fn proxy(&self) -> Option<String> {
        self.secure.as_ref().map(|secure| format!("http://{}", secure.proxy))
    }

    /// The certificate of the authority that signed the https endpoint's certificate, with the option `tls`.
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        self.secure.as_ref().map(|secure| secure.ca_pem.as_str())
    }

    /// The value for `sso_start_url` in a config.
    #[must_use]
    pub fn start_url(&self) -> String {
        self.state.start_url()
    }

    /// The value for `sso_region` in a config.
    #[must_use]
    pub fn region(&self) -> String {
        self.state.options().region
    }

    /// The accounts with their roles, in the order in which the service lists them.
    #[must_use]
    pub fn accounts(&self) -> Vec<Account> {
        self.state.directory().accounts.clone()
    }

    /// The accounts of the organization in which the user has no role.
    #[must_use]
    pub fn unassigned_accounts(&self) -> Vec<Account> {
        self.state.directory().unassigned.clone()
    }

    /// The requests so far, in the order of their arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.state.log.all()
    }

    /// How often an operation, such as `ListAccounts`, was requested.
    #[must_use]
    pub fn count(&self, operation: &str) -> usize {
        self.requests().iter().filter(|request| request.operation == operation).count()
    }

    /// Empties the log.
    pub fn clear_log(&self) {
        self.state.log.clear();
    }

    /// The current options.
    #[must_use]
    pub fn options(&self) -> Options {
        self.state.options()
    }

    /// Changes the options, from the next request on.
    pub fn update(&self, change: impl FnOnce(&mut Options)) {
        change(&mut lock(&self.state.options));
        *lock(&self.state.bucket) = Bucket::new(self.state.options().rate_limit);
        self.state.rebuild_directory();
    }

    /// The account and the role of the credentials with this access key id: the permission set, or the assumed role.
    #[must_use]
    pub fn role_of(&self, access_key_id: &str) -> Option<(String, String)> {
        self.state.key(access_key_id).map(|key| (key.account, key.role))
    }

    /// The ARN that `GetCallerIdentity` gives for the credentials with this access key id.
    #[must_use]
    pub fn caller_of(&self, access_key_id: &str) -> Option<String> {
        let options = self.state.options();
        self.state.key(access_key_id).map(|key| key.arn(partition_of(&options.region), &options.user))
    }

    /// Ends every session: access tokens are answered with 401, refresh tokens with `InvalidGrantException`.
    pub fn revoke_sessions(&self) {
        lock(&self.state.sessions).end_all();
    }

    /// Takes a role away: it is no longer listed, and a request for it is answered with "No access".
    pub fn revoke_role(&self, account_id: &str, role_name: &str) {
        lock(&self.state.revoked_roles).insert((account_id.to_owned(), role_name.to_owned()));
        self.state.rebuild_directory();
    }

    /// Undoes [`Self::revoke_role`].
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

fn serve_tls(certificate: tls::ServerCertificate, router: &Router, state: &Arc<SandboxState>) -> io::Result<Secure> {
    let listener = tokio::net::TcpListener::from_std(listen(0)?)?;
    let proxy_listener = tokio::net::TcpListener::from_std(listen(0)?)?;
    let (address, proxy) = (listener.local_addr()?, proxy_listener.local_addr()?);
    let tls::ServerCertificate { ca_pem, acceptor } = certificate;
    let router = router.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tls::send_at_once(&stream);
            let (acceptor, router) = (acceptor.clone(), router.clone());
            tokio::spawn(async move {
                // A client that does not trust the certificate closes the connection.
                if let Ok(stream) = acceptor.accept(stream).await {
                    serve_connection(stream, router).await;
                }
            });
        }
    });
    tokio::spawn(tls::proxy(proxy_listener, address, Arc::clone(state)));
    Ok(Secure { ca_pem, address, proxy })
}

/// Serves one connection. When the service returns an error, hyper closes the connection without a response.
async fn serve_connection(stream: impl AsyncRead + AsyncWrite + Unpin, router: Router) {
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |request| {
        let response = router.call(request);
        async move {
            let Ok::<_, Infallible>(response) = response.await;
            if response.extensions().get::<Dropped>().is_some() {
                return Err(io::Error::from(io::ErrorKind::ConnectionAborted));
            }
            Ok(response)
        }
    });
    let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
    // A connection that ends early was closed by the client, or by a fault that a test asked for.
    let _ = connection.await;
}
