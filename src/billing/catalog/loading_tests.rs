use rstest::rstest;

use super::*;
use crate::billing::catalog::actions::demo_catalogue;
use crate::db::{DbConnection, Role, write};
use crate::env::testing::on_each_database;
use crate::kernel::calendar::Interval;
use crate::kernel::currency::Currency;
use crate::kernel::money::Money;

const FILE: &str = r#"[{"code": "basic", "name": "Basic", "description": "For small teams.", "unpaid_rule": "cancel",
    "prices": [{"interval": "month", "per_seat": {"amount": 1900, "currency": "USD"}, "largest_quantity": 50}]}]"#;

#[test]
fn the_demo_catalogue_loads_once() {
    on_each_database(|mut bench| {
        let env = bench.env.clone();
        let file = demo_catalogue();
        let first = write(&mut bench.conn, |conn| load(conn, &env, &file)).expect("loaded");
        let prices: usize = file.iter().map(|plan| plan.prices.len()).sum();
        assert_eq!(first.changes.len(), file.len() + prices);
        let offered = store::list_offered(&mut bench.conn).expect("read");
        let again = write(&mut bench.conn, |conn| load(conn, &env, &file)).expect("loaded");
        assert_eq!(again, Loaded::default());
        assert_eq!(store::list_offered(&mut bench.conn).expect("read"), offered);
    });
}

#[test]
fn a_price_is_replaced_and_never_edited() {
    on_each_database(|mut bench| {
        let env = bench.env.clone();
        let mut file = parse(FILE).expect("sound");
        write(&mut bench.conn, |conn| load(conn, &env, &file)).expect("loaded");
        let (plan, old) = store::list_offered(&mut bench.conn).expect("read").remove(0);
        file[0].prices[0].per_seat = Money::new(2_100, Currency::USD);
        file[0].name = "Basics".to_owned();
        let loaded = write(&mut bench.conn, |conn| load(conn, &env, &file)).expect("loaded");
        assert_eq!(loaded.changes.len(), 3, "{loaded:?}");
        let (renamed, new) = store::list_offered(&mut bench.conn).expect("read").remove(0);
        assert_eq!((renamed.id, renamed.name.as_str()), (plan.id, "Basics"));
        assert_eq!((new.len(), new[0].per_seat.minor()), (1, 2_100));
        let (_, kept) = store::find_price(&mut bench.conn, &old[0].id).expect("read").expect("still there");
        assert_eq!((kept.per_seat.minor(), kept.is_offered), (1_900, false), "what was sold stays as it was");
        // A plan with no price any more is not sold, one that the file leaves out is not touched.
        file[0].prices.clear();
        write(&mut bench.conn, |conn| load(conn, &env, &file)).expect("loaded");
        assert!(store::list_offered(&mut bench.conn).expect("read")[0].1.is_empty());
        let other = parse(&FILE.replace("basic", "other")).expect("sound");
        let loaded = write(&mut bench.conn, |conn| load(conn, &env, &other)).expect("loaded");
        assert_eq!(loaded.not_in_file, ["basic"]);
    });
}

#[test]
fn of_sixteen_loads_at_once_one_changes_the_catalogue() {
    on_each_database(|mut bench| {
        let (env, url) = (bench.env.clone(), bench.env.db.url().to_owned());
        let file = parse(FILE).expect("sound");
        write(&mut bench.conn, |conn| load(conn, &env, &file)).expect("loaded");
        let dearer = parse(&FILE.replace("1900", "2100")).expect("sound");
        for file in [demo_catalogue(), dearer] {
            let changed: usize = std::thread::scope(|scope| {
                let racers: Vec<_> = (0..16)
                    .map(|_| {
                        scope.spawn(|| {
                            let mut own = DbConnection::open(&url, Role::Writer).expect("a connection");
                            write(&mut own, |conn| load(conn, &env, &file)).expect("loaded").changes.len()
                        })
                    })
                    .collect();
                racers.into_iter().map(|racer| racer.join().expect("no panic")).filter(|n| *n > 0).count()
            });
            assert_eq!(changed, 1, "the others find it done");
            let again = write(&mut bench.conn, |conn| load(conn, &env, &file)).expect("loaded");
            assert_eq!(again.changes, Vec::<String>::new());
        }
    });
}

#[rstest]
#[case("\"basic\"", "\"Basic Plan\"", "/0/code")]
#[case("\"Basic\"", "\" \"", "/0/name")]
#[case("For small teams.", "", "/0/description")]
#[case("1900", "3", "/0/prices/0/per_seat")]
#[case("1900", "-1900", "/0/prices/0")]
#[case("50}", "0}", "/0/prices/0")]
#[case("50}", "20000}", "/0/prices/0")]
#[case("\"cancel\"", "\"forgive\"", "forgive")]
#[case("\"month\"", "\"week\"", "week")]
#[case("\"USD\"", "\"XXX\"", "line 2")]
#[case("\"unpaid_rule\"", "\"unpaid\"", "unpaid")]
#[case("}]}]", "}]", "line 2")]
fn nonsense_is_refused_by_its_place(#[case] from: &str, #[case] to: &str, #[case] place: &str) {
    let text = FILE.replacen(from, to, 1);
    assert_ne!(text, FILE);
    let error = parse(&text).expect_err("refused").to_string();
    assert!(error.contains(place), "{error}");
}

#[test]
fn a_file_says_nothing_twice() {
    let file = parse(FILE).expect("sound");
    let doubled: Vec<NewPlan> = [file.clone(), file.clone()].concat();
    assert!(check(&doubled).expect_err("refused").to_string().starts_with("/1/code"));
    let mut prices = file;
    let price = NewPrice { interval: Interval::Month, ..prices[0].prices[0].clone() };
    prices[0].prices.push(price);
    assert!(check(&prices).expect_err("refused").to_string().starts_with("/0/prices/1"));
    assert!(parse("[]").is_err());
}
