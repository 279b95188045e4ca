-- Programs elsewhere that are told of things. Where to is a text of the webhook's entry in the register.

CREATE TABLE webhooks (
  id text PRIMARY KEY,
  entry int8 NOT NULL UNIQUE REFERENCES register_entries,
  events text[] NOT NULL CHECK (cardinality(events) > 0),
  -- Whether it is told of restricted incidents, too.
  restricted boolean NOT NULL,
  state text NOT NULL CHECK (state IN ('enabled', 'disabled', 'removed')),
  -- It signs, so it must be here as it is; gone with the webhook.
  secret bytea CHECK ((state = 'removed') = (secret IS NULL)),
  made_at timestamptz(3) NOT NULL,
  made_by text NOT NULL,
  -- Since the last answer that was well.
  failing_since timestamptz(3)
);

-- Enabled, disabled, removed, tested.
CREATE TABLE webhook_moves (
  entry int8 PRIMARY KEY REFERENCES register_entries,
  webhook text NOT NULL REFERENCES webhooks,
  act text NOT NULL
);

CREATE TABLE webhook_events (
  id text PRIMARY KEY,
  kind text NOT NULL,
  incident text,
  -- What it is about, so that nothing is told twice.
  subject text NOT NULL,
  at timestamptz(3) NOT NULL,
  -- Ids, instants and closed words.
  data jsonb NOT NULL,
  UNIQUE (kind, subject)
);

CREATE TABLE webhook_deliveries (
  id text PRIMARY KEY,
  n int8 GENERATED ALWAYS AS IDENTITY,
  webhook text NOT NULL REFERENCES webhooks,
  event text NOT NULL REFERENCES webhook_events,
  state text NOT NULL CHECK (state IN ('waiting', 'done', 'gave-up', 'withheld')),
  attempts int4 NOT NULL DEFAULT 0,
  last_at timestamptz(3),
  -- What was answered, or why nothing was.
  status int4,
  fault text,
  UNIQUE (webhook, event)
);
CREATE INDEX webhook_deliveries_webhook ON webhook_deliveries (webhook, n);

-- The last entry of the register that was looked at for events.
CREATE TABLE webhook_cursor (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  entry int8 NOT NULL
);
INSERT INTO webhook_cursor (entry) SELECT coalesce(max(index), -1) FROM register_entries;
