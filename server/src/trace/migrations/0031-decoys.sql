-- Decoys: customers who do not exist. Who they are and where they stand is sealed by a key of the planting's own, which is
-- destroyed when its time is over; an address that mail comes to is found by its hash under the same key.

CREATE TABLE decoy_plantings (
  id text PRIMARY KEY,
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  planted_by text NOT NULL,
  planted_at timestamptz(3) NOT NULL,
  -- The id of the key in the data folder.
  key_id text NOT NULL UNIQUE,
  -- When the mapping is erased.
  ends timestamptz(3) NOT NULL,
  -- When it was first given to whoever loads the decoys.
  given_at timestamptz(3),
  erased_entry int8 UNIQUE REFERENCES register_entries
);

CREATE TABLE decoys (
  id text PRIMARY KEY,
  planting text NOT NULL REFERENCES decoy_plantings,
  -- Null once erased.
  address_hash bytea UNIQUE,
  -- Name, address and place. Empty once erased.
  sealed text NOT NULL
);
CREATE INDEX decoys_planting ON decoys (planting);

-- What was read out of a mail stands in register_texts beside its entry.
CREATE TABLE decoy_mails (
  id text PRIMARY KEY,
  decoy text NOT NULL REFERENCES decoys,
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  at timestamptz(3) NOT NULL,
  from_us bool NOT NULL,
  -- Of the message and its recipient: one that is handed over twice is one.
  message_hash bytea NOT NULL UNIQUE
);
CREATE INDEX decoy_mails_decoy ON decoy_mails (decoy, at);
