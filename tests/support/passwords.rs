//! Hashes of passwords as an installation has them that is older than its settings.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use steward::db::schema::principals;
use steward::env::Purpose;

use super::TestApp;

impl TestApp {
    /// Keeps the password of this address as a hash of weaker settings than those in force.
    pub fn weaken_hash(&self, email: &str, password: &str) {
        let pepper = self.env.keys.current();
        let secret = self.env.keys.derived(Purpose::Pepper, pepper).expect("the key in use");
        let params = Params::new(8_192, 1, 1, Some(32)).expect("in range");
        let argon = Argon2::new_with_secret(&secret, Algorithm::Argon2id, Version::V0x13, params).expect("a secret");
        let (salt, mut output) = ([7; 16], [0; 32]);
        argon.hash_password_into(password.as_bytes(), &salt, &mut output).expect("hashed");
        let (salt, output) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(output));
        let weak = format!("{pepper}$argon2id$v=19$m=8192,t=1,p=1${salt}${output}");
        let owner = principals::table.filter(principals::email.eq(email));
        let changed = diesel::update(owner).set(principals::password_phc.eq(weak));
        assert_eq!(changed.execute(&mut self.database.connection()).expect("changed"), 1);
    }

    /// The hash that is kept for this address.
    pub fn hash_of(&self, email: &str) -> String {
        let owner = principals::table.filter(principals::email.eq(email));
        owner.select(principals::password_phc).first(&mut self.database.connection()).expect("somebody")
    }
}
