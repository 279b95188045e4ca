-- What was erased leaves no hash behind by which it could be guessed.
ALTER TABLE incident_papers ALTER COLUMN html DROP NOT NULL;
ALTER TABLE incident_papers ALTER COLUMN plain DROP NOT NULL;

-- Handed-in files can be erased: the row of the evidence stays, with the entry that says so.
ALTER TABLE incident_evidence ALTER COLUMN sha256 DROP NOT NULL;
ALTER TABLE incident_evidence ADD COLUMN erased_entry int8 UNIQUE REFERENCES register_entries;
ALTER TABLE incident_evidence ADD CHECK ((sha256 IS NULL) = (erased_entry IS NOT NULL));
