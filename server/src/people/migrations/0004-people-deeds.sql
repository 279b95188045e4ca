-- Every change of people is a deed: each row names the entry in the register that made it what it is. Rows from
-- before have none.

ALTER TABLE accounts
  ADD COLUMN entry int8 REFERENCES register_entries,
  ADD COLUMN roles_entry int8 REFERENCES register_entries,
  ADD COLUMN password_entry int8 REFERENCES register_entries,
  -- Of the last time that the second factor was set or taken away.
  ADD COLUMN factor_entry int8 REFERENCES register_entries;
ALTER TABLE api_tokens
  ADD COLUMN entry int8 REFERENCES register_entries,
  ADD COLUMN revoked_entry int8 REFERENCES register_entries;
ALTER TABLE one_time_links
  ADD COLUMN entry int8 REFERENCES register_entries,
  ADD COLUMN used_entry int8 REFERENCES register_entries;
ALTER TABLE passkeys ADD COLUMN entry int8 REFERENCES register_entries;

-- Those who are signed in sign in once more, with an entry.
DELETE FROM sessions;
ALTER TABLE sessions
  -- Null: begun while the register was stopped, and not recorded yet.
  ADD COLUMN entry int8 REFERENCES register_entries,
  ADD COLUMN means text NOT NULL CHECK (means IN ('password', 'passkey', 'link', 'company')),
  -- Ended while the register was stopped, and not recorded yet; all others that end are deleted.
  ADD COLUMN ended_at timestamptz(3);
CREATE INDEX sessions_unrecorded ON sessions (begun_at) WHERE entry IS NULL OR ended_at IS NOT NULL;

-- What is no incident's: people, keys, the register itself.
CREATE INDEX register_entries_people ON register_entries (index) WHERE incident IS NULL AND kind <> 'filler';

-- How often it was tried lately, for all processes of one server. Counting is bookkeeping: forgotten when its time is over.
CREATE TABLE sign_in_tries (
  key text PRIMARY KEY,
  begun_at timestamptz(3) NOT NULL,
  count int4 NOT NULL
);
CREATE INDEX sign_in_tries_begun ON sign_in_tries (begun_at);

-- Keys that seal second factors, by their ids alone. Each secret says which of them sealed it.
CREATE TABLE seal_keys (
  key_id text PRIMARY KEY,
  entry int8 NOT NULL REFERENCES register_entries,
  made_at timestamptz(3) NOT NULL,
  -- When it is destroyed; null: the one that counts.
  ends_at timestamptz(3),
  ended_entry int8 REFERENCES register_entries
);
CREATE UNIQUE INDEX seal_keys_one_counts ON seal_keys ((ends_at IS NULL)) WHERE ends_at IS NULL;

-- Who an account is to the company's identity provider. One of each: an address that is given to somebody else does not
-- bring the account with it.
CREATE TABLE identities (
  issuer text NOT NULL,
  subject text NOT NULL,
  account text NOT NULL REFERENCES accounts,
  linked_at timestamptz(3) NOT NULL,
  entry int8 NOT NULL REFERENCES register_entries,
  PRIMARY KEY (issuer, subject),
  CONSTRAINT identities_one_of_each UNIQUE (account, issuer)
);

-- A sign-in that is under way at the provider; the browser has the ticket of which this is the hash.
CREATE TABLE company_tries (
  hash text PRIMARY KEY,
  state text NOT NULL,
  nonce text NOT NULL,
  verifier text NOT NULL,
  redirect text NOT NULL,
  expires_at timestamptz(3) NOT NULL
);
