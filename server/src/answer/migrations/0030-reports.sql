-- What customers report: mails that they did not want. What was read out of one stands in register_texts beside its entry.

ALTER TABLE answered_lately DROP CONSTRAINT answered_lately_what_check;
ALTER TABLE answered_lately ADD CONSTRAINT answered_lately_what_check
  CHECK (what IN ('affected', 'verdict', 'sender', 'report', 'reporter', 'thanked'));
ALTER TABLE answer_mails DROP CONSTRAINT answer_mails_kind_check;
ALTER TABLE answer_mails ADD CONSTRAINT answer_mails_kind_check CHECK (kind IN ('copy', 'affected', 'verdict', 'thanks'));

CREATE TABLE customer_reports (
  id text PRIMARY KEY,
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  at timestamptz(3) NOT NULL,
  -- Whether it is proved who reported. Whoever wishes to frame a colleague can write in anybody's name.
  proved bool NOT NULL,
  erased_entry int8 REFERENCES register_entries
);
CREATE INDEX customer_reports_at ON customer_reports (at) WHERE erased_entry IS NULL;
