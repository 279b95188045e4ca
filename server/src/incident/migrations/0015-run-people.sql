-- The people of a run, as notices are made for them: a file in the data folder, by its hash. Null for runs from before, and
-- once it was erased.
ALTER TABLE incident_runs ADD COLUMN people_sha256 text, ADD COLUMN people_bytes int8, ADD COLUMN people_count int8;

-- Campaigns, as far as the incident must know of them: while somebody is not accounted for it stays open.
CREATE TABLE incident_campaigns (
  campaign text PRIMARY KEY,
  incident text NOT NULL REFERENCES incidents,
  is_open bool NOT NULL
);
CREATE INDEX incident_campaigns_open ON incident_campaigns (incident) WHERE is_open;
