-- Undoes up.sql; data is lost.
DROP TABLE throttles;
DROP TABLE mails;
DROP TABLE shares;
DROP TABLE consents;
DROP TABLE policy_acceptances;
DROP TABLE policy_versions;
DROP TABLE idempotency_keys;
DROP TABLE field_changes;
DROP TABLE account_keys;
DROP TABLE audit_head;
DROP TABLE audit_entries;
DROP TABLE job_schedules;
DROP TABLE jobs;
DROP TABLE installation;
