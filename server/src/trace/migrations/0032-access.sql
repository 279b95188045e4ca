-- What an officer settles is confirmed by somebody else before anybody is scored or counted. Gates of before were one officer's.
ALTER TABLE traces ADD COLUMN confirmed_by text;
ALTER TABLE traces ADD COLUMN confirmed_entry int8 UNIQUE REFERENCES register_entries CHECK ((confirmed_entry IS NULL) = (confirmed_by IS NULL));

-- Runs that count what everybody can see stand behind the same gate as those that rank, and are kept, sealed and erased like them.

ALTER TABLE trace_runs ADD COLUMN what text NOT NULL DEFAULT 'trace' CHECK (what IN ('trace', 'access'));
ALTER TABLE trace_runs ALTER COLUMN what DROP DEFAULT;

-- Managers are asked whether what a role lets people see is needed. What each item is stands in the text of the entry that asked.

CREATE TABLE access_reviews (
  id text PRIMARY KEY,
  incident text NOT NULL REFERENCES incidents,
  trace text NOT NULL REFERENCES traces,
  -- The count from which the items are.
  job text NOT NULL REFERENCES trace_runs,
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  opened_by text NOT NULL,
  opened_at timestamptz(3) NOT NULL,
  due timestamptz(3) NOT NULL,
  -- Who takes away what is cut, and until when.
  owner text NOT NULL,
  cut_by text NOT NULL
);
CREATE INDEX access_reviews_incident ON access_reviews (incident, entry);

CREATE TABLE access_review_items (
  review text NOT NULL REFERENCES access_reviews,
  item int4 NOT NULL,
  reviewer text NOT NULL,
  verdict text CHECK (verdict IN ('confirm', 'cut')),
  answered_at timestamptz(3) CHECK ((answered_at IS NULL) = (verdict IS NULL)),
  answered_entry int8 REFERENCES register_entries CHECK ((answered_entry IS NULL) = (verdict IS NULL)),
  -- The task that follows from a cut.
  task text,
  PRIMARY KEY (review, item)
);
