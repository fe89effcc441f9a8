//! An authenticator in software (WebAuthn §6): keys that it makes and uses as it is asked to, well or wrongly.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const ATTESTED: u8 = 0x40;
/// iCloud Keychain's number.
const MODEL: &str = "fbfc3007154e4ecc8c0b6e020557d7bd";

fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest(&SHA256, bytes).as_ref().to_vec()
}

/// A key in it.
pub struct Authenticator {
    key: EcdsaKeyPair,
    pub id: Vec<u8>,
    pub user_handle: Vec<u8>,
    pub counter: u32,
}

/// What is about to be said, to be made wrong.
pub struct Said {
    pub client_data: Value,
    pub rp_id: String,
    pub flags: u8,
    pub counter: u32,
    pub id: Vec<u8>,
    pub user_handle: Option<Vec<u8>>,
    /// Beyond the end of the authenticator data.
    pub more: Vec<u8>,
    pub spoil_signature: bool,
}

impl Authenticator {
    pub fn new() -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let id = sha256(key.public_key().as_ref());
        Self { key, id, user_handle: Vec::new(), counter: 0 }
    }

    fn said(&self, kind: &str, (issuer, options): (&str, &Value)) -> Said {
        let host = url::Url::parse(issuer).unwrap().host_str().unwrap().to_owned();
        let client_data = json!({ "type": kind, "challenge": options["challenge"], "origin": issuer, "crossOrigin": false });
        Said {
            client_data,
            rp_id: host,
            flags: PRESENT | VERIFIED | BACKUP_ELIGIBLE | BACKED_UP,
            counter: self.counter,
            id: self.id.clone(),
            user_handle: Some(self.user_handle.clone()),
            more: Vec::new(),
            spoil_signature: false,
        }
    }

    /// Makes the key that is asked for. Gives the answer and the authenticator data, as a page's script would.
    pub fn make(&mut self, issuer: &str, options: &Value) -> (String, String) {
        self.make_wrongly(issuer, options, |_| {})
    }

    pub fn make_wrongly(&mut self, issuer: &str, options: &Value, wrong: impl FnOnce(&mut Said)) -> (String, String) {
        self.user_handle = URL_SAFE_NO_PAD.decode(options["user"]["id"].as_str().unwrap()).unwrap();
        let mut said = self.said("webauthn.create", (issuer, options));
        said.flags |= ATTESTED;
        wrong(&mut said);
        let public = self.key.public_key().as_ref();
        // COSE_Key of ES256 (RFC 9053 §7.1.1).
        let key =
            [&[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20], &public[1..33], &[0x22, 0x58, 0x20], &public[33..65]].concat();
        let model = (0..16).map(|at| u8::from_str_radix(&MODEL[at * 2..at * 2 + 2], 16).unwrap()).collect::<Vec<_>>();
        let length = u16::try_from(said.id.len()).unwrap().to_be_bytes();
        let data = [said.head(), model, length.to_vec(), said.id.clone(), key, said.more.clone()].concat();
        let mut object = vec![0xa3, 0x63];
        object.extend(b"fmt");
        object.push(0x64);
        object.extend(b"none");
        object.push(0x67);
        object.extend(b"attStmt");
        object.extend([0xa0, 0x68]);
        object.extend(b"authData");
        object.push(0x59);
        object.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        object.extend(&data);
        let response = json!({ "attestationObject": b64(&object), "clientDataJSON": b64(said.client_data.to_string().as_bytes()) });
        let answer = json!({ "id": b64(&said.id), "rawId": b64(&said.id), "type": "public-key", "response": response });
        (answer.to_string(), b64(&data))
    }

    /// Uses the key.
    pub fn answer(&mut self, issuer: &str, options: &Value) -> String {
        self.answer_wrongly(issuer, options, |_| {})
    }

    pub fn answer_wrongly(&mut self, issuer: &str, options: &Value, wrong: impl FnOnce(&mut Said)) -> String {
        let mut said = self.said("webauthn.get", (issuer, options));
        wrong(&mut said);
        let data = [said.head(), said.more.clone()].concat();
        let client_data = said.client_data.to_string();
        let signed = [data.clone(), sha256(client_data.as_bytes())].concat();
        let mut signature = self.key.sign(&SystemRandom::new(), &signed).unwrap().as_ref().to_vec();
        if said.spoil_signature {
            *signature.last_mut().unwrap() ^= 1;
        }
        let response = json!({
            "authenticatorData": b64(&data), "clientDataJSON": b64(client_data.as_bytes()), "signature": b64(&signature),
            "userHandle": said.user_handle.map(|handle| b64(&handle)),
        });
        json!({ "id": b64(&said.id), "rawId": b64(&said.id), "type": "public-key", "response": response }).to_string()
    }
}

impl Said {
    fn head(&self) -> Vec<u8> {
        [sha256(self.rp_id.as_bytes()), vec![self.flags], self.counter.to_be_bytes().to_vec()].concat()
    }

    pub fn without_presence(&mut self) {
        self.flags &= !PRESENT;
    }

    pub fn without_verification(&mut self) {
        self.flags &= !VERIFIED;
    }
}
