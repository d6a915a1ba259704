-- Undoes up.sql; data is lost.
DROP TABLE accounts;
DROP TABLE sessions;
DROP TABLE one_time_tokens;
DROP TABLE registrations;
DROP TABLE staff_members;
DROP TABLE principals;
