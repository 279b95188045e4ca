-- Editions of the public page of an incident, with the exact bytes that were approved.

CREATE TABLE editions (
  id text PRIMARY KEY,
  incident text NOT NULL REFERENCES incidents,
  number int4 NOT NULL CHECK (number >= 1),
  -- Below incidents/ in the public folder.
  address text NOT NULL,
  -- Where what people typed for it stands in register_texts.
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  run_job text NOT NULL REFERENCES incident_runs,
  campaign text REFERENCES campaigns,
  made_by text NOT NULL,
  made_at timestamptz(3) NOT NULL,
  state text NOT NULL CHECK (state IN ('prepared', 'published', 'discarded')),
  hash text NOT NULL,
  approved_by text,
  published_at timestamptz(3),
  published_entry int8 UNIQUE REFERENCES register_entries,
  CHECK ((state = 'published') = (published_entry IS NOT NULL)),
  CHECK ((state = 'published') = (published_at IS NOT NULL)),
  CHECK ((state = 'published') = (approved_by IS NOT NULL))
);
CREATE INDEX editions_incident ON editions (incident, entry);
-- The editions that were published are numbered without a gap, and no two incidents share an address.
CREATE UNIQUE INDEX editions_published ON editions (address, number) WHERE state = 'published';

CREATE TABLE edition_files (
  edition text NOT NULL REFERENCES editions,
  path text NOT NULL,
  content text NOT NULL,
  PRIMARY KEY (edition, path)
);

-- What was done with it; the other half of each entry.
CREATE TABLE edition_moves (
  entry int8 PRIMARY KEY REFERENCES register_entries,
  edition text NOT NULL REFERENCES editions,
  act text NOT NULL CHECK (act IN ('prepare', 'publish', 'discard'))
);
