//! `AWS_CA_BUNDLE`: certificates that replace the system's roots.

use std::path::Path;

use aws_smithy_http_client::tls::TrustStore;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::error::{Error, Result};
use crate::files::atomic;

/// The certificates in this file. All are checked first, because the SDK panics on one that it cannot read.
pub(super) fn trust_store(path: &Path) -> Result<TrustStore> {
    read(path).map(|(pem, _)| TrustStore::empty().with_pem_certificate(pem))
}

/// How many certificates a file has that `AWS_CA_BUNDLE` or `ca_bundle` names; fails where it cannot be used.
pub fn check(path: &Path) -> Result<usize> {
    read(path).map(|(_, count)| count)
}

fn read(path: &Path) -> Result<(Vec<u8>, usize)> {
    let unusable = |what: &str| {
        Error::failed(format!("the CA bundle {} {what}", path.display()))
            .with_remedy("AWS_CA_BUNDLE or ca_bundle must name a file of certificates in PEM form")
    };
    let pem = atomic::read(path)?.ok_or_else(|| unusable("does not exist"))?;
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
