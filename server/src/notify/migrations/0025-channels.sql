-- When it was first tried to hand a message over, since the last time that a person asked for it: whom no server takes for days
-- is told otherwise. `state_at` begins anew with each attempt.
ALTER TABLE campaign_messages ADD COLUMN first_at timestamptz(3);
UPDATE campaign_messages m SET first_at = e.at
  FROM (SELECT campaign, n, min(at) AS at FROM campaign_events GROUP BY campaign, n) e
 WHERE e.campaign = m.campaign AND e.n = m.n;

-- How many messages were released, and how many came back for good or were complained of: asked for with each return.
ALTER TABLE campaigns
  ADD COLUMN tried int4 NOT NULL DEFAULT 0,
  ADD COLUMN returned int4 NOT NULL DEFAULT 0;
UPDATE campaigns c SET
  tried = (SELECT count(*) FROM campaign_messages m WHERE m.campaign = c.id AND m.attempts > 0),
  returned = (SELECT count(DISTINCT r.n) FROM campaign_returns r
    WHERE r.campaign = c.id AND r.meaning IN ('address-dead', 'blocked-by-policy', 'complaint'));

-- Leaves of the batch beside those of messages: people without a usable address are told by a letter or another copy, which
-- has a code as well. Their rows in campaign_messages have neither message_id nor token; their address is what is typed with the code.
ALTER TABLE campaigns ADD COLUMN letters int4 NOT NULL DEFAULT 0;

-- Letters, short messages and copies for accounts: a file for somebody else's program or a mail house, with its hash in the register.
CREATE TABLE campaign_copies (
  id text PRIMARY KEY,
  campaign text NOT NULL REFERENCES campaigns,
  way text NOT NULL CHECK (way IN ('letter', 'text-message', 'account')),
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  asked_by text NOT NULL,
  asked_at timestamptz(3) NOT NULL,
  -- The job that makes them, and later the one that posts them.
  job text NOT NULL,
  state text NOT NULL CHECK (state IN ('making', 'made', 'failed', 'posting', 'sent', 'erased')),
  code text CHECK ((state = 'failed') = (code IS NOT NULL)),
  people int4 NOT NULL,
  written int4 NOT NULL DEFAULT 0,
  -- Of the file; null until it is made, and once it is erased.
  sha256 text,
  bytes int8
);
CREATE INDEX campaign_copies_campaign ON campaign_copies (campaign, entry);

CREATE TABLE campaign_copy_people (
  copies text NOT NULL REFERENCES campaign_copies,
  person text NOT NULL REFERENCES campaign_people,
  -- Null until it is made.
  outcome text CHECK (outcome IN ('written', 'no-address', 'no-phone', 'unprintable', 'posted', 'rejected')),
  PRIMARY KEY (copies, person)
);
CREATE INDEX campaign_copy_people_person ON campaign_copy_people (person);

-- Keys that Forthright made for signing mail; their private parts lie in the data folder's keys. mail.yaml may name others.
CREATE TABLE mail_signers (
  domain text NOT NULL,
  selector text NOT NULL PRIMARY KEY,
  -- As it is to stand in the domain system.
  record text NOT NULL,
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  made_at timestamptz(3) NOT NULL,
  -- Signs messages dated from then, up to then; null: not yet, and as long as it is not rotated.
  signs_from timestamptz(3),
  signs_until timestamptz(3) CHECK (signs_until >= signs_from),
  -- When the private part is destroyed; until then it signs what is sent once more.
  ends_at timestamptz(3) CHECK ((ends_at IS NULL) = (signs_until IS NULL)),
  ended_entry int8 REFERENCES register_entries
);
