//! Members of staff, made as `steward staff create` makes them and signed in with password and one-time code.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;
use steward::identity::factors::totp::TotpSecret;
use steward::identity::staff_accounts::{self, NewStaffMember};
use steward::kernel::permission::Role;

use super::{Client, PASSWORD, TestApp};

/// What the authenticator app of the suite's staff knows.
const SECRET: [u8; 20] = *b"shared with an app..";

impl TestApp {
    /// The browser of a new member of staff with this role, signed in.
    pub async fn staff(&self, role: Role) -> Client {
        let email = self.staff_member(role).await;
        let client = self.browser();
        let body = json!({ "email": email, "password": PASSWORD, "factor": self.staff_code() });
        client.post("/v1/sessions", &body).expect(201).await;
        client
    }

    /// What their authenticator app shows now.
    pub fn staff_code(&self) -> String {
        TotpSecret::from_bytes(SECRET).code_at(self.env.now())
    }

    /// What it shows so many steps of its clock from now; one in each direction is taken, each once and none before the last.
    pub fn staff_code_at(&self, steps: i64) -> String {
        TotpSecret::from_bytes(SECRET).code_at(self.env.now() + chrono::Duration::seconds(30 * steps))
    }

    /// A new member of staff; answers the address that they sign in with.
    pub async fn staff_member(&self, role: Role) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let email = format!("{}.{}@staff.example", role.as_str(), COUNT.fetch_add(1, Ordering::Relaxed));
        let new = NewStaffMember {
            email: &email,
            name: "Robin Moreau",
            role,
            language: None,
            password: PASSWORD,
            totp_secret: Some(SECRET),
        };
        staff_accounts::create(&self.env, &new).await.expect("a member of staff");
        email
    }
}
