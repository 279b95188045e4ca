-- Sending by the journal of a data folder: who may, and what of it stands in the records.

-- The data folder whose journal knows what was sent last; null: none yet.
ALTER TABLE campaigns ADD COLUMN home text;
-- Until then, by this server's clock, whoever holds the fence may release messages.
ALTER TABLE campaigns ADD COLUMN lease_until timestamptz(3);

-- Files of the journal that were folded in. They hold addresses and are deleted then; their hash stays.
CREATE TABLE campaign_segments (
  campaign text NOT NULL REFERENCES campaigns,
  -- Under which right it was written; the names are its own.
  fence text NOT NULL,
  name text NOT NULL,
  sha256 text NOT NULL,
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  PRIMARY KEY (campaign, fence, name)
);
