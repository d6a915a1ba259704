-- Undoes up.sql; data is lost.
DROP TABLE staff_looks;
