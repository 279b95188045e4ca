-- What is believed to have leaked, in versions, and the runs of scope over it. The leaks themselves, which somebody
-- typed, stand in register_texts beside their entry.

CREATE TABLE incident_leaks (
  incident text NOT NULL REFERENCES incidents,
  version int4 NOT NULL CHECK (version >= 1),
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  PRIMARY KEY (incident, version)
);

CREATE TABLE incident_runs (
  -- A run is known by the job that does it. Not a reference: a queue is not a record.
  job text PRIMARY KEY,
  incident text NOT NULL REFERENCES incidents,
  leaks int4 NOT NULL,
  asked_at timestamptz(3) NOT NULL,
  asked_by text NOT NULL,
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  state text NOT NULL CHECK (state IN ('asked', 'done', 'failed', 'cancelled')),
  ended_entry int8 UNIQUE REFERENCES register_entries CHECK ((state = 'asked') = (ended_entry IS NULL)),
  code text CHECK ((state = 'failed') = (code IS NOT NULL)),
  run text CHECK ((state = 'done') = (run IS NOT NULL)),
  evidence text REFERENCES incident_evidence CHECK ((state = 'done') = (evidence IS NOT NULL)),
  figures jsonb,
  -- JSON as it was hashed. Null once it was erased: it holds addresses and accounts.
  answer text,
  FOREIGN KEY (incident, leaks) REFERENCES incident_leaks (incident, version)
);
CREATE INDEX incident_runs_incident ON incident_runs (incident, entry);
