//! What people hold besides their password: an authenticator app that has scanned a secret, and a passkey in software.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_cbor_2::Value as Cbor;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use steward::env::random;
use steward::identity::factors::totp::TotpSecret;

use super::{Client, TestApp};

/// An authenticator app.
pub struct Authenticator(TotpSecret);

impl Authenticator {
    /// Scans a secret in base 32.
    pub fn scan(secret: &str) -> Self {
        let letter = |c: char| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(c).expect("base 32");
        let bits: String = secret.chars().map(|c| format!("{:05b}", letter(c))).collect();
        let byte = |at: usize| u8::from_str_radix(&bits[at * 8..at * 8 + 8], 2).expect("eight bits");
        Self(TotpSecret::from_bytes(std::array::from_fn(byte)))
    }

    /// What it shows so many half minutes from now; the product takes one either way.
    pub fn shows(&self, app: &TestApp, steps: i64) -> String {
        self.0.code_at(app.env.now() + chrono::Duration::seconds(30 * steps))
    }

    /// Digits that it shows at none of these moments.
    pub fn never_shows(&self, app: &TestApp) -> String {
        let shown: Vec<String> = (-2..=2).map(|steps| self.shows(app, steps)).collect();
        (0..).map(|n| format!("{n:06}")).find(|code| !shown.contains(code)).expect("one of a million")
    }
}

impl TestApp {
    /// Adds an authenticator app, its present code used up; answers it with the recovery codes that came along.
    pub async fn add_authenticator(&self, client: &Client) -> (Authenticator, Vec<String>) {
        let begun = client.post("/v1/account/factors", &json!({ "kind": "totp", "name": "Phone" })).expect(201).await;
        let authenticator = Authenticator::scan(&begun.text_at("/secret"));
        let body = json!({ "id": begun.text_at("/id"), "code": authenticator.shows(self, 0) });
        let added = client.post("/v1/account/factors/confirm", &body).expect(201).await;
        let codes = added.at("/recovery_codes").as_array().cloned().unwrap_or_default();
        (authenticator, codes.iter().filter_map(|code| code.as_str().map(str::to_owned)).collect())
    }

    /// Adds a passkey.
    pub async fn add_passkey(&self, client: &Client) -> Passkey {
        let begun = client.post("/v1/account/factors", &json!({ "kind": "passkey", "name": "Key" })).expect(201).await;
        let (passkey, credential) = Passkey::create(&self.base, &begun.at("/public_key"), 1);
        let body = json!({ "challenge": begun.text_at("/challenge"), "credential": credential });
        client.post("/v1/account/factors/confirm", &body).expect(201).await;
        passkey
    }
}

/// A passkey, as a browser and its authenticator would hold it together.
#[derive(Clone)]
pub struct Passkey {
    key: SigningKey,
    id: Vec<u8>,
    user: Vec<u8>,
    rp_id: String,
    /// The site that the browser is at.
    pub origin: String,
    /// Signatures so far.
    pub counter: u32,
    /// Whether the authenticator checks who holds it.
    pub verifies: bool,
}

impl Passkey {
    /// Makes one for these creation options; answers what the browser sends. With a `counter` of 0 it never counts.
    pub fn create(origin: &str, options: &Value, counter: u32) -> (Self, Value) {
        let text = |pointer: &str| options.pointer(pointer).and_then(Value::as_str).expect("an option").to_owned();
        let key = SigningKey::from_slice(&random::bytes::<32>()).expect("below the curve's order, nearly always");
        let passkey = Self {
            key,
            id: random::bytes::<16>().to_vec(),
            user: URL_SAFE_NO_PAD.decode(text("/user/id")).expect("base64url"),
            rp_id: text("/rp/id"),
            origin: origin.to_owned(),
            counter,
            verifies: true,
        };
        let client_data = passkey.client_data("webauthn.create", &text("/challenge"));
        let attestation = map([
            (Cbor::Text("fmt".into()), Cbor::Text("none".into())),
            (Cbor::Text("attStmt".into()), map([])),
            (Cbor::Text("authData".into()), Cbor::Bytes(passkey.new_credential())),
        ]);
        let response = json!({
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client_data),
            "attestationObject": URL_SAFE_NO_PAD.encode(serde_cbor_2::to_vec(&attestation).expect("CBOR")),
        });
        let credential = passkey.credential(response);
        (passkey, credential)
    }

    /// Signs a challenge; answers what the browser sends.
    pub fn sign(&mut self, options: &Value) -> Value {
        self.counter += u32::from(self.counter > 0);
        let client_data = self.client_data("webauthn.get", options["challenge"].as_str().expect("a challenge"));
        let data = self.authenticator_data(0);
        let signed = [data.as_slice(), &Sha256::digest(&client_data)].concat();
        let signature: Signature = self.key.sign(&signed);
        self.credential(json!({
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client_data),
            "authenticatorData": URL_SAFE_NO_PAD.encode(data),
            "signature": URL_SAFE_NO_PAD.encode(signature.to_der().as_bytes()),
            "userHandle": URL_SAFE_NO_PAD.encode(&self.user),
        }))
    }

    fn credential(&self, response: Value) -> Value {
        let id = URL_SAFE_NO_PAD.encode(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {} })
    }

    fn client_data(&self, kind: &str, challenge: &str) -> Vec<u8> {
        let data = json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false });
        data.to_string().into_bytes()
    }

    /// WebAuthn, 6.1: hash of the site, flags, count.
    fn authenticator_data(&self, more_flags: u8) -> Vec<u8> {
        const PRESENT: u8 = 1;
        const VERIFIED: u8 = 4;
        let flags = PRESENT | if self.verifies { VERIFIED } else { 0 } | more_flags;
        [Sha256::digest(self.rp_id.as_bytes()).as_slice(), &[flags], &self.counter.to_be_bytes()].concat()
    }

    /// The same with the public key behind it (WebAuthn, 6.5.1; COSE, RFC 9053).
    fn new_credential(&self) -> Vec<u8> {
        const ATTESTED: u8 = 64;
        let point = self.key.verifying_key().to_sec1_point(false);
        let coordinate = |bytes: Option<&[u8]>| Cbor::Bytes(bytes.expect("a point").to_vec());
        let public = map([
            (Cbor::Integer(1), Cbor::Integer(2)),
            (Cbor::Integer(3), Cbor::Integer(-7)),
            (Cbor::Integer(-1), Cbor::Integer(1)),
            (Cbor::Integer(-2), coordinate(point.x().map(|x| x.as_slice()))),
            (Cbor::Integer(-3), coordinate(point.y().map(|y| y.as_slice()))),
        ]);
        let length = u16::try_from(self.id.len()).expect("short").to_be_bytes();
        let public = serde_cbor_2::to_vec(&public).expect("CBOR");
        [self.authenticator_data(ATTESTED).as_slice(), &[0; 16], &length, &self.id, &public].concat()
    }
}

fn map<const N: usize>(entries: [(Cbor, Cbor); N]) -> Cbor {
    Cbor::Map(entries.into_iter().collect())
}
