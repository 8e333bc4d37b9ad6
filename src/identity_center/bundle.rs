//! `AWS_CA_BUNDLE`: certificates that replace the system's roots.

use std::path::Path;

use aws_smithy_http_client::tls::TrustStore;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::error::{Error, Result};
use crate::files::atomic;

/// The certificates in this file, each known to be readable: the SDK panics on one that is not.
pub(super) fn trust_store(path: &Path) -> Result<TrustStore> {
    read(path).map(|(pem, _)| TrustStore::empty().with_pem_certificate(pem))
}

/// How many certificates there are in a file that `AWS_CA_BUNDLE` or `ca_bundle` names, if it is of use.
pub fn check(path: &Path) -> Result<usize> {
    read(path).map(|(_, count)| count)
}

fn read(path: &Path) -> Result<(Vec<u8>, usize)> {
    let unusable = |what: &str| {
        Error::failed(format!("the CA bundle {} {what}", path.display()))
            .with_remedy("AWS_CA_BUNDLE or ca_bundle must name a file of certificates in PEM form")
    };
    let pem = atomic::read(path)?.ok_or_else(|| unusable("does not exist"))?;
    let certificates: Vec<_> =
        CertificateDer::pem_slice_iter(&pem).collect::<Result<_, _>>().map_err(|_| unusable("is not in PEM form"))?;
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        roots.add(certificate).map_err(|_| unusable("holds a certificate that cannot be read"))?;
    }
    if roots.is_empty() {
        return Err(unusable("holds no certificate"));
    }
    Ok((pem, roots.len()))
}
