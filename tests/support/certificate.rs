//! Certificates of an authority of our own, good and bad.

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};

/// A certificate, its key, and the authority that signed it.
pub struct Certificate {
    pub authority: rcgen::Certificate,
    pub own: rcgen::Certificate,
    pub key: KeyPair,
}

impl Certificate {
    /// For a host of this name.
    pub fn of(name: &str) -> Self {
        Self::signed(&CertificateParams::new(vec![name.to_owned()]).unwrap())
    }

    /// The same, over long ago.
    pub fn expired(name: &str) -> Self {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (params.not_before, params.not_after) = (date_time_ymd(2019, 1, 1), date_time_ymd(2020, 1, 1));
        Self::signed(&params)
    }

    fn signed(params: &CertificateParams) -> Self {
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority_key = KeyPair::generate().unwrap();
        let (authority_cert, key) = (authority.self_signed(&authority_key).unwrap(), KeyPair::generate().unwrap());
        let issuer = Issuer::from_params(&authority, &authority_key);
        let own = params.signed_by(&key, &issuer).unwrap();
        Self { authority: authority_cert, own, key }
    }
}
