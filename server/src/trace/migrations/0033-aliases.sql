-- Addresses that stand for a customer's own towards one seller, or on one employee's screen. Whom each stands for, and to whom it was
-- shown, is sealed by a key of its book, which is destroyed when the book's time is over.

CREATE TABLE alias_books (
  id text PRIMARY KEY,
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  opened_by text NOT NULL,
  opened_at timestamptz(3) NOT NULL,
  -- The id of the key in the data folder.
  key_id text NOT NULL UNIQUE,
  ends timestamptz(3) NOT NULL,
  erased_entry int8 UNIQUE REFERENCES register_entries
);

CREATE TABLE aliases (
  id text PRIMARY KEY,
  book text NOT NULL REFERENCES alias_books,
  entry int8 NOT NULL REFERENCES register_entries,
  made_at timestamptz(3) NOT NULL,
  -- Of the alias, and of the customer, viewer and order that it stands for: null once erased.
  address_hash bytea UNIQUE,
  pair_hash bytea UNIQUE,
  viewer text NOT NULL CHECK (viewer IN ('seller', 'employee')),
  -- Counts what one viewer was shown, without saying who they are.
  viewer_hash bytea,
  -- Empty once erased.
  sealed text NOT NULL,
  blocked_entry int8 REFERENCES register_entries
);
CREATE INDEX aliases_book ON aliases (book, viewer, viewer_hash);

-- Mail to an alias from somebody who was not expected to know it. What was read out of it stands in register_texts beside its entry.
CREATE TABLE alias_mails (
  id text PRIMARY KEY,
  alias text NOT NULL REFERENCES aliases,
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  at timestamptz(3) NOT NULL,
  message_hash bytea NOT NULL UNIQUE
);

-- What was handed on, by day, for the limits.
CREATE TABLE alias_counts (
  alias text NOT NULL REFERENCES aliases,
  day date NOT NULL,
  mails int4 NOT NULL,
  PRIMARY KEY (alias, day)
);
