-- Undoes up.sql; data is lost.
DROP TABLE im_messages;
