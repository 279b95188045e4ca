-- What follows a breach and is pursued to its end, one row each: a recipient, an authority's inquiry, a letter of a
-- person, a seller's ban, a delay, a person to be told. Typed texts stand in register_texts.

CREATE TABLE incident_matters (
  id text PRIMARY KEY,
  incident text NOT NULL REFERENCES incidents,
  kind text NOT NULL CHECK (kind IN ('recipient', 'concerned', 'delay', 'ban', 'item', 'inquiry')),
  -- That began it, and its latest.
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  last_entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  state text NOT NULL,
  is_open boolean NOT NULL,
  -- As it was written, with its zone; and the same instant, to be sorted.
  due text,
  due_at timestamptz(3) CHECK ((due IS NULL) = (due_at IS NULL)),
  -- Whom its texts are about: erasing that person erases them.
  person text,
  owner text,
  -- Words of closed lists, instants, ids, and the entries at which texts stand.
  data jsonb NOT NULL
);
CREATE INDEX incident_matters_list ON incident_matters (incident, kind, entry);
CREATE INDEX incident_matters_kind ON incident_matters (kind, entry);
CREATE INDEX incident_matters_open ON incident_matters (incident, due_at) WHERE is_open;
CREATE INDEX incident_matters_person ON incident_matters (person, entry) WHERE person IS NOT NULL;
