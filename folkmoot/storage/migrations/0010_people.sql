-- What people are told (people/notices.py). Words are made when they are shown, in the reader's language, of kind and body.
CREATE TABLE notice (
  id BIGINT PRIMARY KEY,
  person BIGINT NOT NULL REFERENCES person (id),
  kind TEXT NOT NULL,                      -- a name in people/kinds.py
  about BIGINT,                            -- the person who has caused it, so that it goes when they do
  event TEXT NOT NULL,                     -- what happened, once: the key that the teller gave
  site BIGINT NOT NULL DEFAULT 0,          -- in whose name it is told; 0: the server's
  opens TEXT NOT NULL DEFAULT '',          -- the page of ours that shows more
  thread TEXT NOT NULL DEFAULT '',         -- mails of one thread hang together in the mailbox
  body TEXT NOT NULL,                      -- JSON: the values of the kind's sentences
  words_of BIGINT,                         -- the comment that it quotes: its words are read when they are shown, and never kept here
  at BIGINT NOT NULL,
  seen BIGINT,                             -- since when the person has looked at it
  mail TEXT NOT NULL CHECK (mail IN ('never', 'at_once', 'daily', 'sent', 'dropped')),
  mailed BIGINT,
  UNIQUE (person, event)
);
CREATE INDEX notice_person ON notice (person, at);
CREATE INDEX notice_about ON notice (about) WHERE about IS NOT NULL;
CREATE INDEX notice_at ON notice (at);
CREATE INDEX notice_daily ON notice (person, at) WHERE mail = 'daily';

-- How somebody wants to hear of a topic by mail, where it is not the house's way.
CREATE TABLE notice_wish (
  person BIGINT NOT NULL REFERENCES person (id),
  topic TEXT NOT NULL,
  how TEXT NOT NULL CHECK (how IN ('never', 'at_once', 'daily')),
  PRIMARY KEY (person, topic)
);

-- Tokens that stand in mails and can stop mails, nothing else.
CREATE TABLE unsubscribing (
  token TEXT PRIMARY KEY,                  -- SHA-256 of it, base64url
  person BIGINT NOT NULL REFERENCES person (id),
  topics TEXT NOT NULL,                    -- space-separated
  created BIGINT NOT NULL,
  expires BIGINT NOT NULL
);
CREATE INDEX unsubscribing_person ON unsubscribing (person);
CREATE INDEX unsubscribing_expires ON unsubscribing (expires);

-- Since when the mail server of this mailbox says that it does not exist; until it is proven again nothing goes there but codes.
ALTER TABLE identity ADD COLUMN returned BIGINT;
ALTER TABLE identity ADD COLUMN returned_why TEXT NOT NULL DEFAULT '';  -- in that server's words

-- Whom somebody does not want to read, and which words.
CREATE TABLE mute (
  person BIGINT NOT NULL REFERENCES person (id),
  kind TEXT NOT NULL CHECK (kind IN ('person', 'word')),
  subject TEXT NOT NULL CHECK (length(subject) <= 80),  -- a person's id, or a word as it was typed
  at BIGINT NOT NULL,
  PRIMARY KEY (person, kind, subject)
);

CREATE INDEX mute_subject ON mute (subject) WHERE kind = 'person';

-- Which browser or program a sign-in is in: "Firefox on Linux". Never an address.
ALTER TABLE session ADD COLUMN device TEXT NOT NULL DEFAULT '';

-- Who else may say who somebody is: an OpenID provider, GitHub, a Mastodon server (people/issuers.py).
CREATE TABLE issuer (
  name TEXT PRIMARY KEY,                   -- short, for addresses of ours
  kind TEXT NOT NULL CHECK (kind IN ('openid', 'github', 'mastodon')),
  address TEXT NOT NULL UNIQUE,            -- what it calls itself; identity.issuer of whoever it vouches for
  label TEXT NOT NULL,                     -- as people know it
  client TEXT NOT NULL,                    -- as it knows us
  secret_file TEXT NOT NULL DEFAULT '',    -- the file that holds what proves it is us; never the secret itself
  proves_mail INTEGER NOT NULL DEFAULT 0,  -- 1: an address that it calls verified is where notices go
  added BIGINT NOT NULL
);

-- With which key a publisher signs whom it has signed in itself (people/assertions.py). One that works per site.
CREATE TABLE site_key (
  id BIGINT PRIMARY KEY,
  site BIGINT NOT NULL,
  algorithm TEXT NOT NULL CHECK (algorithm IN ('RS256', 'ES256', 'EdDSA')),
  public_key TEXT NOT NULL,                -- JSON Web Key
  added BIGINT NOT NULL,
  ended BIGINT
);
CREATE UNIQUE INDEX site_key_used ON site_key (site) WHERE ended IS NULL;

-- Assertions that were used: each works once.
CREATE TABLE assertion (
  site BIGINT NOT NULL,
  token TEXT NOT NULL,                     -- SHA-256 of its jti, base64url
  expires BIGINT NOT NULL,
  PRIMARY KEY (site, token)
);
CREATE INDEX assertion_expires ON assertion (expires);

CREATE TABLE passkey (
  id TEXT PRIMARY KEY,                     -- the credential's id, base64url
  person BIGINT NOT NULL REFERENCES person (id),
  public_key TEXT NOT NULL,                -- COSE, base64url
  signs BIGINT NOT NULL DEFAULT 0,         -- the authenticator's own counter: it only grows
  device TEXT NOT NULL DEFAULT '',
  created BIGINT NOT NULL,
  used BIGINT
);
CREATE INDEX passkey_person ON passkey (person);
