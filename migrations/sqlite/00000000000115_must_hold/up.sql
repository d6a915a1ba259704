-- Nothing to make: the only writer sees in its transaction whether its row was found (db/statements.rs).
SELECT 1;
