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
