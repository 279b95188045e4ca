-- The record of incidents. What somebody typed is not here: it stands in register_texts, beside the entry that is
-- committed to it, so that erasing it there erases it everywhere. Here are the entries' numbers.

CREATE TABLE incidents (
  id text PRIMARY KEY,
  state text NOT NULL CHECK (state IN ('open', 'decided', 'closed')),
  -- Of its facts; the latest row of incident_versions.
  version int4 NOT NULL CHECK (version >= 1),
  opened_at timestamptz(3) NOT NULL,
  opened_by text NOT NULL,
  closed_at timestamptz(3) CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
  -- Who alone may see it; null: everybody whose role allows it.
  restricted_to text[] CHECK (cardinality(restricted_to) > 0)
);
CREATE INDEX incidents_opened ON incidents (opened_at DESC, id DESC);

CREATE TABLE incident_versions (
  incident text NOT NULL REFERENCES incidents,
  version int4 NOT NULL,
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  facts jsonb NOT NULL,
  PRIMARY KEY (incident, version)
);

-- What was done with the incident as a whole: closed, reopened, restricted, a note written, a text erased. A note's
-- row stays when its text is erased.
CREATE TABLE incident_moves (
  entry int8 PRIMARY KEY REFERENCES register_entries,
  incident text NOT NULL REFERENCES incidents,
  act text NOT NULL
);

CREATE TABLE incident_decisions (
  id text PRIMARY KEY,
  incident text NOT NULL REFERENCES incidents,
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  step text NOT NULL CHECK (step IN ('proposal', 'decision')),
  answer text NOT NULL,
  by text NOT NULL,
  at timestamptz(3) NOT NULL,
  -- As it was written, with its zone.
  due text,
  ended_by text REFERENCES incident_decisions
);
CREATE INDEX incident_decisions_incident ON incident_decisions (incident, entry);

CREATE TABLE incident_tasks (
  id text PRIMARY KEY,
  incident text NOT NULL REFERENCES incidents,
  -- A duty shares its entry with the decision that it follows from.
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  -- Of a duty: what was decided.
  duty text,
  owner text NOT NULL,
  due text NOT NULL,
  state text NOT NULL CHECK (state IN ('open', 'done', 'excused')),
  finished_entry int8 UNIQUE REFERENCES register_entries CHECK ((state = 'open') = (finished_entry IS NULL))
);
CREATE INDEX incident_tasks_incident ON incident_tasks (incident, entry);

CREATE TABLE incident_evidence (
  id text PRIMARY KEY,
  incident text NOT NULL REFERENCES incidents,
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  kind text NOT NULL CHECK (kind IN ('file', 'run')),
  sha256 text NOT NULL,
  bytes int8 NOT NULL
);
CREATE INDEX incident_evidence_incident ON incident_evidence (incident, entry);
