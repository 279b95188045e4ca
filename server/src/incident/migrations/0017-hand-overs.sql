-- A restricted incident whose last privacy officer is gone gets another by two people: one asks, another confirms.

CREATE TABLE hand_overs (
  id text PRIMARY KEY,
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  from_account text NOT NULL,
  to_account text NOT NULL,
  asked_by text NOT NULL,
  asked_at timestamptz(3) NOT NULL,
  -- Until when it waits to be confirmed.
  until timestamptz(3) NOT NULL,
  confirmed_entry int8 UNIQUE REFERENCES register_entries,
  confirmed_by text CHECK (confirmed_by <> asked_by),
  CHECK ((confirmed_entry IS NULL) = (confirmed_by IS NULL))
);
