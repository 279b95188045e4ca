-- The people and single views of a run, to be asked for one by one: a file in the data folder, by its hash. Null for runs from
-- before, and once it was erased.
ALTER TABLE incident_runs ADD COLUMN views_sha256 text, ADD COLUMN views_bytes int8;
