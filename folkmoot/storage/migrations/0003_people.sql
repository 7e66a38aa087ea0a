CREATE TABLE person (
  id BIGINT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('guest', 'member')),
  name TEXT NOT NULL CHECK (length(name) <= 80),
  skeleton TEXT NOT NULL,                  -- the name as the eye reads it (people/names.py); compared, never shown
  created BIGINT NOT NULL,
  proven BIGINT,                           -- since when a mailbox (or other identity) is proven; null for a guest
  claimed_by BIGINT REFERENCES person (id),-- a guest whose words a member has claimed
  withdrawn BIGINT                         -- since when this person is erased
);
CREATE INDEX person_claimed ON person (claimed_by) WHERE claimed_by IS NOT NULL;

-- A person is (issuer, subject). The mailed code's issuer is 'mailbox'; its subject is the mailbox in lower case.
CREATE TABLE identity (
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  person BIGINT NOT NULL REFERENCES person (id),
  mailbox TEXT,                            -- where mail goes: as it was typed last, domain in ASCII
  proven BIGINT NOT NULL,
  PRIMARY KEY (issuer, subject)
);
CREATE INDEX identity_person ON identity (person);

-- A grant and its end are one row: who may do what, since when, by whom, and until when.
CREATE TABLE role (
  id BIGINT PRIMARY KEY,
  person BIGINT NOT NULL REFERENCES person (id),
  site BIGINT NOT NULL DEFAULT 0,          -- 0: every site
  role TEXT NOT NULL CHECK (role IN ('admin', 'moderator', 'editor', 'member')),
  granted_by BIGINT,                       -- null: the command line or the one-time link
  granted BIGINT NOT NULL,
  ended_by BIGINT,
  ended BIGINT
);
CREATE UNIQUE INDEX role_held ON role (person, site, role) WHERE ended IS NULL;
CREATE INDEX role_site ON role (site) WHERE ended IS NULL;

-- Bearer tokens and page cookies: 256 random bits, kept as a hash, each of one kind, revocable.
CREATE TABLE session (
  id BIGINT PRIMARY KEY,
  token TEXT NOT NULL UNIQUE,              -- SHA-256 of the token, base64url
  kind TEXT NOT NULL CHECK (kind IN ('guest', 'page', 'access', 'refresh')),
  person BIGINT NOT NULL REFERENCES person (id),
  family BIGINT NOT NULL,                  -- all tokens that came of one sign-in end together
  origin TEXT NOT NULL DEFAULT '',         -- the publisher's origin it was given for; '' on our own pages
  created BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  used BIGINT,                             -- a refresh token works once; a second use ends the family
  salt TEXT,                               -- of a used refresh token: its successor is a keyed hash of it and this
  ended BIGINT,
  ended_why TEXT
);
CREATE INDEX session_person ON session (person);
CREATE INDEX session_family ON session (family);
CREATE INDEX session_expires ON session (expires);

-- Six digits that were mailed. Works once, for ten minutes, five tries, in the browser that asked.
CREATE TABLE code (
  id BIGINT PRIMARY KEY,
  subject TEXT NOT NULL,                   -- the mailbox in lower case: what identity compares
  mailbox TEXT NOT NULL,                   -- where it was mailed to
  digits TEXT NOT NULL,                    -- hash of (id, digits), keyed with the secret that the asking browser keeps
  link TEXT NOT NULL UNIQUE,               -- hash of the mailed link's token
  asked_by TEXT NOT NULL,                  -- hash of that secret
  network TEXT NOT NULL DEFAULT '',        -- keyed hash of /24 or /64 that asked
  handover BIGINT,                         -- the hand-over that waits for this sign-in
  goes_to TEXT NOT NULL DEFAULT '',        -- the path on our own origin to go to afterwards
  created BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  used BIGINT
);
CREATE INDEX code_subject ON code (subject, created);
CREATE INDEX code_network ON code (network, created);
CREATE INDEX code_expires ON code (expires);

-- A frame on a publisher's page waits for its popup (research: the embed's sign-in).
CREATE TABLE handover (
  id BIGINT PRIMARY KEY,
  challenge TEXT NOT NULL,                 -- SHA-256 of the verifier that the frame keeps
  origin TEXT NOT NULL,
  network TEXT NOT NULL DEFAULT '',        -- keyed hash of /24 or /64 that opened it
  created BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  person BIGINT REFERENCES person (id),
  done BIGINT,
  redeemed BIGINT
);
CREATE INDEX handover_expires ON handover (expires);

-- The one-time links by which a first admin (or one named on the command line) comes in.
CREATE TABLE invitation (
  id BIGINT PRIMARY KEY,
  token TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL CHECK (role IN ('admin', 'moderator', 'editor')),
  site BIGINT NOT NULL DEFAULT 0,
  made_by BIGINT,                          -- null: the command line or the first start
  created BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  used BIGINT,
  person BIGINT REFERENCES person (id)
);
