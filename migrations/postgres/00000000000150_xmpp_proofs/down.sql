-- Undoes up.sql; nothing is proved any more.
DROP TABLE xmpp_proofs;
