-- Who uses Forthright, and with what they show that it is them. No secret stands here in the clear but the one of the
-- second factor, which must be computed with: of passwords there is a scrypt hash, of all others a SHA-256.

CREATE TABLE accounts (
  id text PRIMARY KEY,
  email text NOT NULL,
  -- In small letters: one address, one account.
  email_key text NOT NULL CONSTRAINT accounts_email UNIQUE,
  name text NOT NULL,
  roles text[] NOT NULL,
  -- Null until the one-time link was used.
  password_hash text,
  totp_secret text,
  -- Made, but not yet shown to work.
  totp_pending text,
  -- The last 30 seconds whose code was used: no code counts twice.
  totp_last_step int8,
  made_at timestamptz(3) NOT NULL,
  signed_in_at timestamptz(3)
);

CREATE TABLE sessions (
  hash text PRIMARY KEY,
  account text NOT NULL REFERENCES accounts,
  begun_at timestamptz(3) NOT NULL,
  seen_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL
);
CREATE INDEX sessions_account ON sessions (account);

CREATE TABLE api_tokens (
  id text PRIMARY KEY,
  hash text NOT NULL CONSTRAINT api_tokens_hash UNIQUE,
  account text NOT NULL REFERENCES accounts,
  name text NOT NULL,
  scopes text[] NOT NULL,
  made_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  used_at timestamptz(3),
  revoked_at timestamptz(3)
);
CREATE INDEX api_tokens_account ON api_tokens (account);

CREATE TABLE one_time_links (
  hash text PRIMARY KEY,
  purpose text NOT NULL CHECK (purpose IN ('first-administrator', 'invitation', 'reset')),
  account text REFERENCES accounts CHECK ((account IS NULL) = (purpose = 'first-administrator')),
  made_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  used_at timestamptz(3)
);

CREATE TABLE passkeys (
  -- The credential's id, as the browser names it.
  id text PRIMARY KEY,
  account text NOT NULL REFERENCES accounts,
  name text NOT NULL,
  public_key text NOT NULL,
  counter int8 NOT NULL,
  -- The page at which it was made; it counts at no other.
  origin text NOT NULL,
  made_at timestamptz(3) NOT NULL,
  used_at timestamptz(3)
);
CREATE INDEX passkeys_account ON passkeys (account);

-- What an authenticator is asked to sign: once, and soon. Without an account it is for signing in.
CREATE TABLE passkey_challenges (
  hash text PRIMARY KEY,
  account text REFERENCES accounts,
  expires_at timestamptz(3) NOT NULL
);
