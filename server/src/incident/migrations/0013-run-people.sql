-- The people of a run, as notices are made for them: a file in the data folder, by its hash. Null for runs from before, and
-- once it was erased.
ALTER TABLE incident_runs ADD COLUMN people_sha256 text, ADD COLUMN people_bytes int8, ADD COLUMN people_count int8;
