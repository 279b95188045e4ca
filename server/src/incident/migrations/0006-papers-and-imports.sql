-- Papers that somebody issued: a version, whose bytes never change. Page and plain text stand in register_texts, beside
-- the entry that is committed to them.

CREATE TABLE incident_papers (
  id text PRIMARY KEY,
  incident text NOT NULL REFERENCES incidents,
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  paper text NOT NULL,
  number int4 NOT NULL CHECK (number >= 1),
  -- Of the facts.
  version int4 NOT NULL,
  is_complete boolean NOT NULL,
  by text NOT NULL,
  at timestamptz(3) NOT NULL,
  -- SHA-256 of page and plain text.
  html text NOT NULL,
  plain text NOT NULL,
  UNIQUE (incident, paper, number)
);

-- Which incidents came from elsewhere. The record as it came is the text `record` of the entry.
CREATE TABLE incident_imports (
  incident text PRIMARY KEY REFERENCES incidents,
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  format text NOT NULL CHECK (format IN ('veris')),
  sha256 text NOT NULL
);
