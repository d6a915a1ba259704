DROP INDEX staff_looks_by_time;
DROP TABLE audit_anchor;
