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

-- Whom somebody does not want to read, and which words.
CREATE TABLE mute (
  person BIGINT NOT NULL REFERENCES person (id),
  kind TEXT NOT NULL CHECK (kind IN ('person', 'word')),
  subject TEXT NOT NULL CHECK (length(subject) <= 80),  -- a person's id, or a word as it was typed
  at BIGINT NOT NULL,
  PRIMARY KEY (person, kind, subject)
);

-- Which browser or program a sign-in is in: "Firefox on Linux". Never an address.
ALTER TABLE session ADD COLUMN device TEXT NOT NULL DEFAULT '';
