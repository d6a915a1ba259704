-- Undoes up.sql; corrections, tasks and bounces are lost.
DROP TABLE ripple_tasks;
DROP TABLE field_restrictions;
DROP TABLE correction_requests;
DROP TABLE profile_reminders;
DROP TABLE mail_bounces;
ALTER TABLE field_changes DROP COLUMN restores;
ALTER TABLE field_changes DROP COLUMN origin;
ALTER TABLE accounts DROP COLUMN field_dates;
ALTER TABLE accounts DROP COLUMN contacts;
