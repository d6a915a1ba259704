use super::*;
use crate::billing::payments::actions::tests::ordered;
use crate::env::testing::on_each_database;

#[test]
fn what_changes_while_it_is_read_is_read_again() {
    on_each_database(|mut bench| {
        let (_, invoice) = ordered(&mut bench);
        let mut looks = 0;
        let seen = together(&mut bench.conn, &invoice.id, |conn, row| {
            looks += 1;
            let before = store::attempts(conn, &row.id)?;
            if looks == 1 {
                store::want(conn, row, None, None)?;
            }
            Ok(before)
        });
        let (row, _) = seen.expect("read").expect("there");
        assert_eq!((looks, row.wanted), (2, None), "the row is the one that the attempts were read with");
    });
}
