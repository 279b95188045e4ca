-- What somebody states for the law, in versions, and what somebody determined in writing. Their words stand in
-- register_texts beside their entries. Rows are added, and never changed.

CREATE TABLE law_facts (
  incident text NOT NULL REFERENCES incidents,
  version int4 NOT NULL CHECK (version >= 1),
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  PRIMARY KEY (incident, version)
);

CREATE TABLE law_determinations (
  entry int8 PRIMARY KEY REFERENCES register_entries,
  incident text NOT NULL REFERENCES incidents,
  -- Regime and exemption, such as US-WA/harm.
  exemption text NOT NULL,
  -- False takes an earlier one back.
  holds boolean NOT NULL,
  at timestamptz(3) NOT NULL,
  by text NOT NULL
);
CREATE INDEX law_determinations_incident ON law_determinations (incident, entry);
