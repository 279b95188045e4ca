-- Names of suspected employees stay pseudonyms until two people have unlocked one, each with a reason. A pseudonym means
-- somebody in the answer of one run; another run may call somebody else so.

CREATE TABLE incident_unlocks (
  id text PRIMARY KEY,
  incident text NOT NULL REFERENCES incidents,
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  run text NOT NULL REFERENCES incident_evidence,
  pseudonym text NOT NULL,
  asked_by text NOT NULL,
  asked_at timestamptz(3) NOT NULL,
  -- For how long, once it is granted.
  hours int4 NOT NULL CHECK (hours > 0),
  granted_entry int8 UNIQUE REFERENCES register_entries,
  granted_by text CHECK (granted_by <> asked_by),
  -- Until when it waits; once it is granted, until when the name is unlocked.
  until timestamptz(3) NOT NULL,
  CHECK ((granted_entry IS NULL) = (granted_by IS NULL))
);
CREATE INDEX incident_unlocks_incident ON incident_unlocks (incident, entry);
