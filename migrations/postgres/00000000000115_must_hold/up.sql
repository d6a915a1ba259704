-- A statement that changes several tables asks with this whether its first part found its row. Where not, all of it is
-- undone and the client sees a lost serialisation (40001), for which it looks again. The message holds no data.
CREATE FUNCTION must_hold(holds BOOLEAN) RETURNS BOOLEAN LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF NOT holds THEN
        RAISE EXCEPTION 'the row has moved on' USING ERRCODE = 'serialization_failure';
    END IF;
    RETURN TRUE;
END;
$$;
