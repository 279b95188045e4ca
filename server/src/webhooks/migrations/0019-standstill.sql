-- A copy that was restored would tell the same as the one that it is a copy of: webhooks stand still until a person resumes them.
CREATE TABLE webhook_standstills (
  since timestamptz(3) PRIMARY KEY,
  resumed_entry int8 UNIQUE REFERENCES register_entries
);
