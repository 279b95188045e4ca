-- Public keys that notices are signed with, or were, each with the time for which it counts.
CREATE TABLE mail_keys (
  domain text NOT NULL,
  selector text NOT NULL,
  -- As it stands in the domain system: `v=DKIM1; k=rsa; p=…`
  record text NOT NULL,
  counts_from timestamptz(3) NOT NULL,
  -- Null while mail.yaml names it.
  counts_until timestamptz(3) CHECK (counts_until >= counts_from),
  entry int8 NOT NULL REFERENCES register_entries,
  ended_entry int8 REFERENCES register_entries CHECK ((ended_entry IS NULL) = (counts_until IS NULL)),
  PRIMARY KEY (domain, selector, record, counts_from)
);
CREATE UNIQUE INDEX mail_keys_now ON mail_keys (domain, selector) WHERE counts_until IS NULL;
