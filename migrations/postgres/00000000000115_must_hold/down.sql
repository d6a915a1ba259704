DROP FUNCTION must_hold;
