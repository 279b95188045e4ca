-- What came back to campaigns' messages: each once, however often it is handed over.

CREATE TABLE campaign_returns (
  -- A hash of what came that stays the same when the same comes again.
  key bytea PRIMARY KEY,
  campaign text NOT NULL REFERENCES campaigns,
  n int4 NOT NULL,
  -- The other half of its entry.
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  meaning text NOT NULL CHECK (meaning IN ('address-dead', 'blocked-by-policy', 'temporary', 'delayed', 'complaint',
    'answered-itself', 'delivered', 'reply', 'other')),
  at timestamptz(3) NOT NULL,
  status text,
  -- In the other's own words; they may repeat the address, and go with the person.
  said text
);
CREATE INDEX campaign_returns_message ON campaign_returns (campaign, n);
CREATE INDEX campaign_messages_id ON campaign_messages (message_id);
CREATE INDEX campaign_messages_address ON campaign_messages (address);
