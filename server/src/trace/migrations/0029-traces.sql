-- Traces in the record of an incident. What somebody typed (the gate, where to look, reasons) stands in register_texts
-- beside its entry. An answer calls people by pseudonyms; the names behind them are sealed by a key of the trace's own,
-- which is destroyed when its time is over, so that no copy of these tables opens them afterwards.

ALTER TABLE incident_evidence DROP CONSTRAINT incident_evidence_kind_check;
ALTER TABLE incident_evidence ADD CONSTRAINT incident_evidence_kind_check CHECK (kind IN ('file', 'run', 'trace'));

CREATE TABLE traces (
  id text PRIMARY KEY,
  incident text NOT NULL REFERENCES incidents,
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  opened_by text NOT NULL,
  opened_at timestamptz(3) NOT NULL,
  -- The id of the key in the data folder.
  key_id text NOT NULL UNIQUE,
  -- When answers and names are erased.
  ends timestamptz(3) NOT NULL,
  erased_entry int8 UNIQUE REFERENCES register_entries
);
CREATE INDEX traces_incident ON traces (incident, entry);
CREATE INDEX traces_ends ON traces (ends) WHERE erased_entry IS NULL;

CREATE TABLE trace_runs (
  -- A run is known by the job that does it. Not a reference: a queue is not a record.
  job text PRIMARY KEY,
  trace text NOT NULL REFERENCES traces,
  asked_at timestamptz(3) NOT NULL,
  asked_by text NOT NULL,
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  state text NOT NULL CHECK (state IN ('asked', 'done', 'failed', 'cancelled')),
  ended_entry int8 UNIQUE REFERENCES register_entries CHECK ((state = 'asked') = (ended_entry IS NULL)),
  code text CHECK ((state = 'failed') = (code IS NOT NULL)),
  outcome text CHECK ((state = 'done') = (outcome IS NOT NULL)),
  refusal text,
  named int4,
  evidence text REFERENCES incident_evidence CHECK ((state = 'done') = (evidence IS NOT NULL)),
  -- JSON as it was hashed. Null once it was erased.
  answer text
);
CREATE INDEX trace_runs_trace ON trace_runs (trace, entry);

-- Who stands out in the answer of a run, and nobody else. For people, the name and the raw lines of their look-ups are sealed.
CREATE TABLE trace_candidates (
  job text NOT NULL REFERENCES trace_runs,
  candidate text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('employee', 'contractor', 'account', 'team', 'path')),
  sealed text NOT NULL,
  -- The deed by which they were confirmed as a source.
  confirmed_entry int8 UNIQUE REFERENCES register_entries,
  PRIMARY KEY (job, candidate)
);
