-- What somebody is typing for a notice, before a campaign is made of it. The words stand in register_texts, by the entry of their version.

CREATE TABLE notice_drafts (
  id text PRIMARY KEY,
  incident text NOT NULL REFERENCES incidents,
  -- How often it was saved.
  version int4 NOT NULL CHECK (version >= 1),
  -- When it was thrown away; its words went with it.
  discarded_entry int8 UNIQUE REFERENCES register_entries
);
CREATE INDEX notice_drafts_incident ON notice_drafts (incident);

CREATE TABLE notice_draft_versions (
  draft text NOT NULL REFERENCES notice_drafts,
  version int4 NOT NULL,
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  saved_by text NOT NULL,
  saved_at timestamptz(3) NOT NULL,
  PRIMARY KEY (draft, version)
);
