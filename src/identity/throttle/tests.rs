//! Counting before judging, under everything at once, on both databases.

use std::net::{IpAddr, Ipv4Addr};

use super::actions::{self, Attempt, Reservation};
use super::model::Limited;
use crate::db::{self, DbConnection, Role};
use crate::env::Env;
use crate::env::testing::on_each_database;
use crate::kernel::secret_token::TokenDigest;

const EMAIL: &str = "ada@example.org";

fn reserve(
    conn: &mut DbConnection,
    env: &Env,
    number: u8,
    device: Option<&TokenDigest>,
) -> Result<Reservation, Limited> {
    let address_group = IpAddr::V4(Ipv4Addr::new(198, 51, 100, number));
    let attempt = Attempt { address_group, email_key: EMAIL, device };
    db::write(conn, |conn| actions::reserve(conn, env, &attempt)).expect("counted")
}

#[test]
fn sixty_four_addresses_together_get_five_guesses_and_the_owners_device_its_own() {
    on_each_database(|mut bench| {
        let (env, url) = (&bench.env, bench.env.db.url());
        let admitted: usize = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..16)
                .map(|racer| {
                    scope.spawn(move || {
                        let mut conn = DbConnection::open(url, Role::Writer).expect("a connection");
                        (0..4).filter(|guess| reserve(&mut conn, env, racer * 4 + guess, None).is_ok()).count()
                    })
                })
                .collect();
            racers.into_iter().map(|racer| racer.join().expect("no panic")).sum()
        });
        assert_eq!(admitted, 5);

        // The owner, at a device that strangers do not have, is not held up; nor does it open anything for them.
        let (own, env) = (TokenDigest::of(b"the owner's cookie"), bench.env.clone());
        let conn = &mut bench.conn;
        assert!(reserve(conn, &env, 200, None).is_err());
        let reservation = reserve(conn, &env, 201, Some(&own)).expect("its own bucket");
        for number in 202..206 {
            assert!(reserve(conn, &env, number, Some(&own)).is_ok(), "{number}");
        }
        let stopped = reserve(conn, &env, 206, Some(&own)).expect_err("five guesses at a device, too");
        assert_eq!(stopped.policy.name, "device");
        // A success gives the device its guesses back, and strangers none.
        db::write(conn, |conn| actions::refund(conn, &reservation)).expect("given back");
        assert!(reserve(conn, &env, 207, Some(&own)).is_ok());
        let still = reserve(conn, &env, 208, None).expect_err("strangers wait on");
        assert_eq!(still.policy.name, "account");
    });
}
