-- Undoes up.sql; what waits is forgotten, and the factors stay.
DROP TABLE factor_resets;
