//! A file of certificates that replace the system's roots, as `AWS_CA_BUNDLE` and its like name it.

use std::fmt::Display;
use std::path::Path;

use aws_smithy_http_client::tls::TrustStore;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::aws_config::network::CaBundle;
use crate::environment;
use crate::error::{Error, Result};
use crate::files::{encoding, links, read};

/// Some editors put it in front of a text, where the first line of a certificate would not be recognised.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The certificates in this file. All are checked first, because the SDK panics on one that it cannot read.
pub(super) fn trust_store(bundle: &CaBundle) -> Result<TrustStore> {
    read(bundle).map(|(pem, _)| TrustStore::empty().with_pem_certificate(pem))
}

/// The system's certificates. Those that `SSL_CERT_FILE` names in their place are checked first.
pub(super) fn system_trust_store() -> Result<TrustStore> {
    if let Some(path) = environment::ssl_certificates() {
        read_named(&path, "SSL_CERT_FILE")?;
    }
    Ok(TrustStore::default())
}

/// How many certificates the file has; fails where it cannot be used.
pub fn check(bundle: &CaBundle) -> Result<usize> {
    read(bundle).map(|(_, count)| count)
}

fn read(bundle: &CaBundle) -> Result<(Vec<u8>, usize)> {
    read_named(&bundle.path, &bundle.source)
}

fn read_named(path: &Path, source: impl Display) -> Result<(Vec<u8>, usize)> {
    let unusable = |what: &str| {
        Error::failed(format!("the CA bundle {} {what}", path.display()))
            .with_remedy(format!("{source} must name a file of certificates in PEM form"))
    };
    let unreadable = |error: Error| {
        let (error, beginning) = (error.to_string(), format!("cannot read {}: ", links::named(path)));
        unusable(&format!("cannot be read: {}", error.strip_prefix(&beginning).unwrap_or(&error)))
    };
    let mut pem = read::whole(path).map_err(unreadable)?.ok_or_else(|| unusable("does not exist"))?;
    encoding::check(path, &pem)?;
    if pem.starts_with(BYTE_ORDER_MARK) {
        pem.drain(..BYTE_ORDER_MARK.len());
    }
    // The PEM errors quote the file, which may be a private key by mistake, so they are no source.
    let certificates: Vec<_> =
        CertificateDer::pem_slice_iter(&pem).collect::<Result<_, _>>().map_err(|_| unusable("is not in PEM form"))?;
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        roots
            .add(certificate)
            .map_err(|error| unusable("holds a certificate that cannot be read").with_source(error))?;
    }
    if roots.is_empty() {
        return Err(unusable("holds no certificate"));
    }
    Ok((pem, roots.len()))
}
