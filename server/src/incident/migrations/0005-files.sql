-- Evidence whose file was handed in, and lies in the data folder under its SHA-256. Evidence without a row here is known
-- by its hash alone: to know a hash is no right to the file.
CREATE TABLE incident_files (
  evidence text PRIMARY KEY REFERENCES incident_evidence,
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$')
);
CREATE INDEX incident_files_sha256 ON incident_files (sha256);
