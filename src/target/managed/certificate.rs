//! A certificate for `localhost`, made when a server starts and thrown away with it.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

/// What a server needs for TLS, and what its clients need to trust it; all PEM.
#[derive(Clone, Debug)]
pub(super) struct Certificate {
    /// The authority that signed the server's certificate.
    pub authority: String,
    /// The server's certificate, for `localhost` and 127.0.0.1.
    pub chain: String,
    /// The server's private key.
    pub key: String,
}

impl Certificate {
    /// Makes a new authority and a certificate that it signs.
    pub(super) fn generate() -> Result<Self, rcgen::Error> {
        let authority_key = KeyPair::generate()?;
        let mut params = CertificateParams::new(Vec::new())?;
        params
            .distinguished_name
            .push(DnType::CommonName, "mailspec test authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let authority = params.self_signed(&authority_key)?.pem();
        let issuer = Issuer::new(params, authority_key);

        let key = KeyPair::generate()?;
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let mut params = CertificateParams::new(names)?;
        params
            .distinguished_name
            .push(DnType::CommonName, "localhost");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let chain = params.signed_by(&key, &issuer)?.pem();
        Ok(Self {
            authority,
            chain,
            key: key.serialize_pem(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_parts_are_pem_and_differ() {
        let made = Certificate::generate().unwrap();
        assert!(made.authority.starts_with("-----BEGIN CERTIFICATE-----"));
        assert!(made.chain.starts_with("-----BEGIN CERTIFICATE-----"));
        assert!(made.key.starts_with("-----BEGIN PRIVATE KEY-----"));
        assert_ne!(made.authority, made.chain);
    }
}
