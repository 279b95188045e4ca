-- Duties of law as the last assessment left them, and what was done about each. What an assessment says as a whole, and
-- what somebody typed, stands in register_texts beside its entry.

CREATE TABLE incident_duty_versions (
  incident text NOT NULL REFERENCES incidents,
  version int4 NOT NULL CHECK (version >= 1),
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  -- The job and the id of the run of scope that it is made from.
  job text NOT NULL REFERENCES incident_runs,
  run text NOT NULL,
  due int4 NOT NULL,
  cannot_tell int4 NOT NULL,
  unverified int4 NOT NULL,
  not_due int4 NOT NULL,
  PRIMARY KEY (incident, version)
);

CREATE TABLE incident_duties (
  incident text NOT NULL REFERENCES incidents,
  -- Regime and duty, such as US-CA/people.
  duty text NOT NULL,
  addressed_to text NOT NULL,
  -- What of it law enforcement may ask to delay; null: nothing.
  delayable text CHECK (delayable IN ('tell-people', 'tell-authority')),
  status text NOT NULL CHECK (status IN ('due', 'not-due', 'cannot-tell', 'unverified')),
  -- The instant after which it is late, and the same in words; null without a number or a known start.
  until timestamptz(3),
  until_words text CHECK ((until IS NULL) = (until_words IS NULL)),
  settled text CHECK (settled IN ('fulfilled', 'excused')),
  -- What it was when it was settled.
  settled_as text CHECK ((settled IS NULL) = (settled_as IS NULL)),
  is_open boolean NOT NULL GENERATED ALWAYS AS (status <> 'not-due' AND settled IS NULL) STORED,
  PRIMARY KEY (incident, duty)
);
CREATE INDEX incident_duties_clocks ON incident_duties (until, incident, duty) WHERE is_open AND until IS NOT NULL;
CREATE INDEX incident_duties_open ON incident_duties (incident, until, duty) WHERE is_open;

CREATE TABLE incident_duty_steps (
  entry int8 NOT NULL REFERENCES register_entries,
  incident text NOT NULL,
  duty text NOT NULL,
  act text NOT NULL CHECK (act IN ('fulfilled', 'excused', 'reopened')),
  -- When it was done, as it was written with its zone.
  at text NOT NULL,
  by text NOT NULL,
  receipt text REFERENCES incident_evidence,
  template text,
  report_version int4 CHECK ((template IS NULL) = (report_version IS NULL)),
  PRIMARY KEY (entry, duty),
  FOREIGN KEY (incident, duty) REFERENCES incident_duties
);
CREATE INDEX incident_duty_steps_duty ON incident_duty_steps (incident, duty, entry);

-- Something that duties hang on has changed, and they were not assessed since.
CREATE TABLE incident_duties_awaited (
  incident text PRIMARY KEY REFERENCES incidents,
  -- The last entry that changed something.
  since int8 NOT NULL
);
