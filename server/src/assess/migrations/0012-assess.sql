-- Assessments of the risk and versions of reports. What they say stands in register_texts, beside the entry that is
-- committed to it; here is which entry it is. Rows are added, and never changed.

CREATE TABLE risk_assessments (
  incident text NOT NULL REFERENCES incidents,
  version int4 NOT NULL CHECK (version >= 1),
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  PRIMARY KEY (incident, version)
);

CREATE TABLE reports (
  incident text NOT NULL REFERENCES incidents,
  template text NOT NULL CHECK (template IN ('edpb', 'ico', 'us-ag', 'generic')),
  version int4 NOT NULL CHECK (version >= 1),
  kind text NOT NULL CHECK (kind IN ('new', 'follow-up')),
  state text NOT NULL CHECK (state IN ('complete', 'incomplete', 'withdraw')),
  missing int4 NOT NULL,
  wrong int4 NOT NULL,
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  PRIMARY KEY (incident, template, version)
);

-- That a named person filed a version, and what the authority answered to it.
CREATE TABLE report_filings (
  entry int8 PRIMARY KEY REFERENCES register_entries,
  incident text NOT NULL,
  template text NOT NULL,
  version int4 NOT NULL,
  filed_at text NOT NULL,
  receipt text REFERENCES incident_evidence,
  FOREIGN KEY (incident, template, version) REFERENCES reports
);
CREATE INDEX report_filings_report ON report_filings (incident, template, version);
