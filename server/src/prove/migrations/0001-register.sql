-- The register: an append-only Merkle log. What refuses changes here refuses them to our own mistakes, and to
-- whoever writes statements by hand without meaning to forge; against the owner of the database only published
-- checkpoints help.

CREATE TABLE register_log (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  origin text NOT NULL,
  -- Grows by one each time a person decides that the register goes on.
  epoch int4 NOT NULL CHECK (epoch >= 1),
  size int8 NOT NULL CHECK (size >= 0),
  -- The right edge of the tree: one hash of 32 bytes for each bit that is set in `size`, largest subtree first.
  frontier bytea NOT NULL
);

CREATE TABLE register_entries (
  index int8 PRIMARY KEY,
  kind text NOT NULL,
  incident text,
  at timestamptz(3) NOT NULL,
  actor text NOT NULL,
  entry bytea NOT NULL CHECK (octet_length(entry) <= 65535)
);
CREATE INDEX register_entries_incident ON register_entries (incident, index) WHERE incident IS NOT NULL;

-- Tiles grow in place, 32 bytes at a time, up to 256 hashes. Compressing hashes is lost work.
CREATE TABLE register_tiles (
  level int2 NOT NULL,
  n int8 NOT NULL,
  hashes bytea NOT NULL CHECK (octet_length(hashes) BETWEEN 32 AND 8192 AND octet_length(hashes) % 32 = 0),
  PRIMARY KEY (level, n)
);
ALTER TABLE register_tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;

-- Salt and value of each commitment. Deleting the row is what erasure is.
CREATE TABLE register_texts (
  index int8 NOT NULL REFERENCES register_entries,
  name text NOT NULL,
  -- Whom it is about, where one person is meant: `per_…`, `usr_…`.
  person text,
  salt bytea NOT NULL CHECK (octet_length(salt) = 32),
  value text NOT NULL,
  PRIMARY KEY (index, name)
);
CREATE INDEX register_texts_person ON register_texts (person) WHERE person IS NOT NULL;

CREATE TABLE register_checkpoints (
  size int8 PRIMARY KEY,
  at timestamptz(3) NOT NULL,
  note text NOT NULL
);

-- Public keys only, each with the time for which it counts.
CREATE TABLE register_keys (
  key_id text PRIMARY KEY,
  vkey text NOT NULL,
  counts_from timestamptz(0) NOT NULL,
  counts_until timestamptz(0) CHECK (counts_until > counts_from)
);

CREATE FUNCTION register_refuses() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'the register only grows: % of % is refused', TG_OP, TG_TABLE_NAME; END $$;
CREATE TRIGGER register_entries_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON register_entries
  FOR EACH STATEMENT EXECUTE FUNCTION register_refuses();
CREATE TRIGGER register_checkpoints_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON register_checkpoints
  FOR EACH STATEMENT EXECUTE FUNCTION register_refuses();
CREATE TRIGGER register_texts_stay BEFORE UPDATE OR TRUNCATE ON register_texts
  FOR EACH STATEMENT EXECUTE FUNCTION register_refuses();
