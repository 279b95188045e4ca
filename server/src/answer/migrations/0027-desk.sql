-- The support desk, "was I affected?", and answers by mail.

-- Look-ups by address, whatever its case.
DROP INDEX campaign_messages_address;
CREATE INDEX campaign_messages_address ON campaign_messages (lower(address)) WHERE address IS NOT NULL;

-- Who was shown to the desk, by the entry of the look-up; none when nobody was found.
CREATE TABLE desk_look_ups (
  entry int8 NOT NULL REFERENCES register_entries,
  campaign text NOT NULL REFERENCES campaigns,
  person text NOT NULL,
  PRIMARY KEY (entry, campaign, person)
);
CREATE INDEX desk_look_ups_campaign ON desk_look_ups (campaign, entry);

-- What the desk did for somebody; the other half of each entry.
CREATE TABLE desk_acts (
  entry int8 PRIMARY KEY REFERENCES register_entries,
  campaign text NOT NULL REFERENCES campaigns,
  person text NOT NULL,
  act text NOT NULL CHECK (act IN ('try-again', 'copy', 'letter', 'dispute')),
  at timestamptz(3) NOT NULL,
  task text REFERENCES incident_tasks
);
CREATE INDEX desk_acts_person ON desk_acts (campaign, person, entry);

-- Single mails that answer somebody. Each is sent at most once: what was released without an outcome stays in doubt.
CREATE TABLE answer_mails (
  id text PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('copy', 'affected', 'verdict')),
  -- The deed that asked for it.
  entry int8 NOT NULL REFERENCES register_entries,
  -- The register's epoch: what waits in a record that was put back from a backup may have been sent since.
  epoch int4 NOT NULL,
  made_at timestamptz(3) NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'released', 'accepted', 'refused', 'expired', 'in-doubt')),
  due timestamptz(3) NOT NULL,
  attempts int4 NOT NULL DEFAULT 0,
  -- Gone with its outcome.
  recipient text,
  sender text,
  message bytea,
  utf8 bool NOT NULL,
  settled_entry int8 REFERENCES register_entries,
  CHECK ((state IN ('waiting', 'released')) = (recipient IS NOT NULL)),
  CHECK ((recipient IS NULL) = (sender IS NULL) AND (recipient IS NULL) = (message IS NULL))
);
CREATE INDEX answer_mails_due ON answer_mails (due, id) WHERE state IN ('waiting', 'released');
CREATE INDEX answer_mails_entry ON answer_mails (entry);

-- Addresses of which somebody asked whether they were affected, until it is answered or not; always a row more, so that one
-- asking is like another.
CREATE TABLE affected_asks (
  n int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  address text NOT NULL,
  language text,
  asked_at timestamptz(3) NOT NULL
);

-- To whom something was answered lately, by a keyed hash of the address; what is older than any limit is deleted.
CREATE TABLE answered_lately (
  n int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  what text NOT NULL CHECK (what IN ('affected', 'verdict', 'sender')),
  key bytea NOT NULL,
  at timestamptz(3) NOT NULL
);
CREATE INDEX answered_lately_key ON answered_lately (what, key, at);
CREATE INDEX answered_lately_at ON answered_lately (at);
