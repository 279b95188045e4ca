-- What a campaign's notices were checked for before anybody may approve them.

ALTER TABLE campaigns
  -- Duties towards people that were due, or might be, in the assessment of which it was prepared.
  ADD COLUMN duties text[],
  ADD COLUMN duties_version int4,
  -- Approved in spite of the linter's errors; the reason stands in register_texts.
  ADD COLUMN overridden bool NOT NULL DEFAULT false;

-- People of a campaign whose notices say the same but for names and figures, with what the linter found in theirs.
CREATE TABLE campaign_cohorts (
  campaign text NOT NULL REFERENCES campaigns,
  n int4 NOT NULL,
  language text NOT NULL,
  status text NOT NULL CHECK (status IN ('exposed', 'unknown')),
  -- Codes of the laws that hold for them; the rule that changed the form.
  laws text[] NOT NULL,
  form text,
  people int4 NOT NULL,
  errors int4 NOT NULL,
  warnings int4 NOT NULL,
  -- Findings, without a name of anybody.
  findings jsonb NOT NULL,
  PRIMARY KEY (campaign, n)
);
