-- Members of staff whose access an operator has taken away, until it is given back. Accounts of customers are frozen or
-- closed instead: their states stand in `status`.
ALTER TABLE principals ADD COLUMN disabled_at TIMESTAMP CHECK (disabled_at IS NULL OR kind = 'staff');
