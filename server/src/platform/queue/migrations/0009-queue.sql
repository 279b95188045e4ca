-- Work that takes longer than a request. A job is added by the transaction of the deed that asks for it.

CREATE TABLE jobs (
  id text PRIMARY KEY,
  -- The order in which they were asked for.
  n int8 GENERATED ALWAYS AS IDENTITY,
  kind text NOT NULL,
  -- What it is about (`inc_…`): who may not see that, sees no job. Null: the program's own upkeep.
  subject text,
  -- Jobs of one turn run one after the other, wherever they run.
  turn text,
  -- Work that is asked for once and not twice, such as that of an hour.
  key text UNIQUE,
  input jsonb NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
  asked_at timestamptz(3) NOT NULL,
  asked_by text NOT NULL,
  -- By the program's clock.
  due_at timestamptz(3) NOT NULL,
  -- How often it was begun. Whoever holds it is known by this number, so that an old holder can end nothing.
  attempt int4 NOT NULL DEFAULT 0,
  most_attempts int4 NOT NULL CHECK (most_attempts >= 1),
  -- By the database's clock, which all workers share.
  lease_until timestamptz(3) CHECK ((state = 'running') = (lease_until IS NOT NULL)),
  ended_at timestamptz(3) CHECK ((state IN ('done', 'failed', 'cancelled')) = (ended_at IS NOT NULL)),
  -- Of the failure: a word of the closed set.
  code text CHECK (code IS NULL OR state IN ('failed', 'waiting')),
  -- Ids and numbers only.
  result jsonb,
  -- The number of its last event.
  events int4 NOT NULL DEFAULT 0
);
CREATE INDEX jobs_due ON jobs (due_at, n) WHERE state IN ('waiting', 'running');
CREATE INDEX jobs_subject ON jobs (subject, n);
CREATE UNIQUE INDEX jobs_one_of_a_turn ON jobs (turn) WHERE state = 'running';

-- What became of a job, numbered from 1, so that who was cut off can go on where they were.
CREATE TABLE job_events (
  job text NOT NULL REFERENCES jobs ON DELETE CASCADE,
  number int4 NOT NULL,
  at timestamptz(3) NOT NULL,
  state text NOT NULL,
  -- What is being done, and how far it is; null where only the state changed.
  step text,
  done int8,
  total int8,
  PRIMARY KEY (job, number)
);
