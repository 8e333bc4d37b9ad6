//! https on loopback, and a proxy for clients that can only connect to AWS's own hosts.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

use super::hosts;
use super::lock::lock;
use super::log;
use super::options::Options;
use super::state::SandboxState;

/// Certificates for AWS's hosts and companies' own domains, and the authority behind them.
pub(super) struct ServerCertificate {
    pub(super) ca_pem: String,
    pub(super) acceptor: TlsAcceptor,
}

impl ServerCertificate {
    pub(super) fn new(options: &Options) -> io::Result<Self> {
        let (issuer, ca_pem) = authority().map_err(io::Error::other)?;
        let certificates = Certificates::new(issuer, options).map_err(io::Error::other)?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(certificates));
        Ok(Self { ca_pem, acceptor: TlsAcceptor::from(Arc::new(config)) })
    }
}

/// The certificates by host.
struct Certificates {
    issuer: Issuer<'static, KeyPair>,
    key: KeyPair,
    /// For the hosts of the sandbox's own Regions, and companies' own domains.
    fixed: Arc<CertifiedKey>,
    /// For hosts of services that are in every Region, each made when a client first connects to it.
    regional: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

impl Certificates {
    fn new(issuer: Issuer<'static, KeyPair>, options: &Options) -> Result<Self, rcgen::Error> {
        let regions = options.portals.iter().map(|portal| portal.region.as_str()).chain([options.region.as_str()]);
        let mut names: Vec<_> =
            ["127.0.0.1", "localhost", "signin.aws.amazon.com", "*.awsapps.com"].map(str::to_owned).into();
        names.extend(regions.flat_map(hosts::names));
        names.extend(options.vanity.iter().map(|vanity| vanity.host.clone()));
        let key = KeyPair::generate()?;
        let fixed = certificate(names, &key, &issuer)?;
        Ok(Self { issuer, key, fixed, regional: Mutex::default() })
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let Some(host) = hello.server_name().filter(|host| hosts::signed_region(host).is_some()) else {
            return Some(Arc::clone(&self.fixed));
        };
        let mut regional = lock(&self.regional);
        if let Some(known) = regional.get(host) {
            return Some(Arc::clone(known));
        }
        let made = certificate(vec![host.to_owned()], &self.key, &self.issuer).ok()?;
        regional.insert(host.to_owned(), Arc::clone(&made));
        Some(made)
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Certificates").finish_non_exhaustive()
    }
}

fn certificate(
    names: Vec<String>,
    key: &KeyPair,
    issuer: &Issuer<'static, KeyPair>,
) -> Result<Arc<CertifiedKey>, rcgen::Error> {
    let mut parameters = CertificateParams::new(names)?;
    parameters.distinguished_name.push(DnType::CommonName, "aws-sso sandbox");
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    parameters.use_authority_key_identifier_extension = true;
    validity(&mut parameters);
    let certificate = parameters.signed_by(key, issuer)?;
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let signing = ring::sign::any_supported_type(&private).map_err(|_| rcgen::Error::KeyGenerationUnavailable)?;
    Ok(Arc::new(CertifiedKey::new(vec![certificate.der().clone()], signing)))
}

fn authority() -> Result<(Issuer<'static, KeyPair>, String), rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name.push(DnType::CommonName, "aws-sso sandbox authority");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    validity(&mut parameters);
    let certificate = parameters.self_signed(&key)?;
    Ok((Issuer::new(parameters, key), certificate.pem()))
}

/// Valid for a few days only, in case somebody adds the authority to a system's trust store.
fn validity(parameters: &mut CertificateParams) {
    const DAY: Duration = Duration::from_hours(24);
    let now = SystemTime::now();
    parameters.not_before = (now - DAY).into();
    parameters.not_after = (now + 7 * DAY).into();
}

/// Connects every `CONNECT` request to `target`, whatever host it names.
pub(super) async fn proxy(listener: TcpListener, target: SocketAddr, state: Arc<SandboxState>) {
    while let Ok((client, _)) = listener.accept().await {
        send_at_once(&client);
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            // An error ends this client's connection only.
            let _ = tunnel(client, target, &state).await;
        });
    }
}

async fn tunnel(mut client: TcpStream, target: SocketAddr, state: &SandboxState) -> io::Result<()> {
    const LONGEST_HEAD: usize = 16 * 1024;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        // Byte by byte: a larger read could take bytes that belong to the tunnel.
        head.push(client.read_u8().await?);
        if head.len() > LONGEST_HEAD {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
    let head = String::from_utf8_lossy(&head);
    let mut words = head.split_whitespace();
    let (method, host) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let connect = method == "CONNECT";
    let entry = state.log.add(log::LoggedRequest {
        operation: if connect { "CONNECT" } else { "Unknown" }.to_owned(),
        method: method.to_owned(),
        path: host.split('?').next().unwrap_or_default().to_owned(),
        host: host.split('?').next().unwrap_or_default().to_owned(),
        ..log::LoggedRequest::default()
    });
    let status = if connect { 200 } else { 405 };
    state.log.end(entry, Some(status), log::Note::default());
    if !connect {
        return client.write_all(b"HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\n\r\n").await;
    }
    let mut server = TcpStream::connect(target).await?;
    send_at_once(&server);
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

/// Turns off Nagle's algorithm, with which the second part of a response can wait 40 ms for an acknowledgement.
pub(super) fn send_at_once(stream: &TcpStream) {
    let _ = stream.set_nodelay(true);
}
