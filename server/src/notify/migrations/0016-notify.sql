-- Campaigns, their people and messages, and what became of each.

CREATE TABLE campaigns (
  id text PRIMARY KEY,
  incident text NOT NULL REFERENCES incidents,
  -- Where its statement, which people typed, stands in register_texts.
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  run_job text NOT NULL REFERENCES incident_runs,
  cohort text NOT NULL CHECK (cohort IN ('exposed', 'unknown', 'both')),
  after text REFERENCES campaigns,
  made_by text NOT NULL,
  made_at timestamptz(3) NOT NULL,
  -- The job that prepares, and later the one that sends.
  job text NOT NULL,
  state text NOT NULL CHECK (state IN ('preparing', 'failed', 'prepared', 'approved', 'sending', 'paused', 'sent', 'stopped', 'discarded')),
  pause text CHECK ((state = 'paused') = (pause IS NOT NULL)),
  code text CHECK ((state = 'failed') = (code IS NOT NULL)),
  -- The first characters of each code; no two campaigns share one.
  tag text NOT NULL UNIQUE,
  -- The day that the notices name; frozen, so that a message can be written again byte for byte.
  day timestamptz(3),
  people int4 NOT NULL DEFAULT 0,
  messages int4 NOT NULL DEFAULT 0,
  addresses int4 NOT NULL DEFAULT 0,
  root bytea,
  hash text,
  letterhead jsonb,
  approved_by text,
  batch_entry int8 UNIQUE REFERENCES register_entries,
  -- How many messages may be released before it waits; null: all.
  slice int4,
  -- Raised by whoever begins to send; nobody else may note anything.
  fence int4 NOT NULL DEFAULT 0,
  -- The register's epoch in which a person last let it send: what was put back from a backup goes on only by decision.
  epoch int4,
  -- The last of its events that stand in the register by their hash.
  folded int8 NOT NULL DEFAULT 0
);
CREATE INDEX campaigns_incident ON campaigns (incident, entry);

-- What was done with it; the other half of each entry.
CREATE TABLE campaign_moves (
  entry int8 PRIMARY KEY REFERENCES register_entries,
  campaign text NOT NULL REFERENCES campaigns,
  act text NOT NULL
);

CREATE TABLE campaign_messages (
  campaign text NOT NULL REFERENCES campaigns,
  n int4 NOT NULL,
  -- Code, address and tokens go with the person; the leaf stays and tells nobody anything.
  code text,
  address text,
  message_id text,
  -- The envelope's sender, before its @: random, so that what comes back finds its person.
  token text UNIQUE,
  commitment bytea NOT NULL,
  body_hash bytea NOT NULL,
  -- Frozen when it is first released.
  date_ms int8,
  attempts int4 NOT NULL DEFAULT 0,
  due timestamptz(3),
  PRIMARY KEY (campaign, n)
);

CREATE TABLE campaign_people (
  id text PRIMARY KEY,
  campaign text NOT NULL REFERENCES campaigns,
  -- Their message; several share one when address and facts are the same. Null without a usable address.
  n int4,
  -- In the directory, and the facts; null once erased.
  customer text,
  facts jsonb,
  -- SHA-256 of what a notice says of them; by it a later campaign finds whose facts changed. Null once erased.
  told bytea,
  state text NOT NULL,
  state_at timestamptz(3) NOT NULL,
  settled_entry int8 REFERENCES register_entries
);
CREATE INDEX campaign_people_message ON campaign_people (campaign, n);
CREATE INDEX campaign_people_state ON campaign_people (campaign, state, id);
CREATE INDEX campaign_people_customer ON campaign_people (campaign, customer);

-- What happened to messages, in its order: the journal of sending. Runs of it stand in the register by their hash.
CREATE TABLE campaign_events (
  campaign text NOT NULL REFERENCES campaigns,
  seq int8 NOT NULL,
  n int4 NOT NULL,
  event text NOT NULL,
  at timestamptz(3) NOT NULL,
  -- The server's answer.
  status text,
  -- In its own words; they may repeat the address, and go with the person.
  said text,
  PRIMARY KEY (campaign, seq)
);
CREATE INDEX campaign_events_message ON campaign_events (campaign, n, seq);
