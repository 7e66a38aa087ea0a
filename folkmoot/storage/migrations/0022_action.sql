-- The guide and letters. Times are UTC milliseconds; what somebody wrote and where they live is emptied 28 days after a letter's last state.

-- A guided talk. owner: who may go on with it: the hash of a browser's token, or channel:address of a chat.
CREATE TABLE talk (
  id BIGINT PRIMARY KEY,
  site BIGINT NOT NULL,
  story BIGINT,
  action BIGINT,                           -- the editor's action that it began from
  channel TEXT NOT NULL,
  owner TEXT NOT NULL,
  person BIGINT,                           -- once a mailbox is proven
  language TEXT NOT NULL DEFAULT 'en',
  state TEXT NOT NULL,                     -- JSON, the type is model_letters.State
  said TEXT NOT NULL DEFAULT '[]',         -- JSON, what the guide said last, so that a page can show it again
  mailbox TEXT NOT NULL DEFAULT '',        -- of the state, in lower case: who proves it and leaves finds the talk
  begun BIGINT NOT NULL,
  touched BIGINT NOT NULL,
  ended BIGINT                             -- replaced by a newer one of the same owner
);
CREATE UNIQUE INDEX talk_owner ON talk (owner) WHERE ended IS NULL;
CREATE INDEX talk_owners ON talk (owner);
CREATE INDEX talk_touched ON talk (touched);
CREATE INDEX talk_story ON talk (story) WHERE story IS NOT NULL;
CREATE INDEX talk_person ON talk (person) WHERE person IS NOT NULL;
CREATE INDEX talk_mailbox ON talk (mailbox) WHERE mailbox <> '';

-- A number or chat at a channel. We write first only to who has opted in and not out; both are rows below.
CREATE TABLE chat (
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  heard BIGINT NOT NULL,                   -- their last message: some channels let us answer for 24 hours alone
  opted_in BIGINT,
  opted_out BIGINT,
  person BIGINT,                           -- who has last proven to be there: it goes when they leave
  PRIMARY KEY (channel, address)
);
CREATE INDEX chat_person ON chat (person) WHERE person IS NOT NULL;
CREATE TABLE chat_opting (
  id BIGINT PRIMARY KEY,
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  deed TEXT NOT NULL CHECK (deed IN ('in', 'out')),
  why TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX chat_opting_chat ON chat_opting (channel, address, at);

-- Hashes of the provider's own ids of what it brought, for 8 days: the same webhook ten times has one effect.
CREATE TABLE chat_heard (
  channel TEXT NOT NULL,
  message TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (channel, message)
);
CREATE INDEX chat_heard_at ON chat_heard (at);

-- What goes out by a channel: one row per message, made in the transaction of its cause. The text goes when it has been sent.
CREATE TABLE chat_said (
  id BIGINT PRIMARY KEY,
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  prefix TEXT NOT NULL,                    -- the first digits of a number: pumped messages go to neighbours
  body TEXT NOT NULL,
  buttons TEXT NOT NULL DEFAULT '[]',
  segments INTEGER NOT NULL,
  answer INTEGER NOT NULL,                 -- 1: to a message of theirs; 0: we begin
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'unknown', 'failed', 'dropped')),
  provider TEXT,                           -- the provider's id of it
  why TEXT NOT NULL DEFAULT '',
  made BIGINT NOT NULL,
  settled BIGINT
);
CREATE INDEX chat_said_chat ON chat_said (channel, address, made);
CREATE INDEX chat_said_prefix ON chat_said (channel, prefix, made);
CREATE INDEX chat_said_made ON chat_said (channel, made);

-- Carries a talk to another channel: works once, for a day.
CREATE TABLE link_code (
  code TEXT PRIMARY KEY,                   -- a hash
  talk BIGINT NOT NULL REFERENCES talk (id),
  expires BIGINT NOT NULL,
  used BIGINT
);
CREATE INDEX link_code_talk ON link_code (talk);

-- An address that somebody has asked us to remember. owner as in talk, or person:id.
CREATE TABLE home (
  owner TEXT PRIMARY KEY,
  body TEXT NOT NULL,                      -- JSON, the type is model_letters.Home
  consented BIGINT NOT NULL
);

-- Somebody asked for a person, or told those who run this something.
CREATE TABLE talk_request (
  id BIGINT PRIMARY KEY,
  talk BIGINT NOT NULL,
  site BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('person', 'feedback')),
  words TEXT NOT NULL,
  at BIGINT NOT NULL,
  done BIGINT,
  done_by BIGINT
);
CREATE INDEX talk_request_talk ON talk_request (talk);
CREATE INDEX talk_request_open ON talk_request (site, at) WHERE done IS NULL;

-- A letter to one official. delivery: its id for ever, of which the Message-ID is made. batch: one text to several people, made before it is
-- shown, so that sending twice is sending once.
CREATE TABLE letter (
  id BIGINT PRIMARY KEY,
  delivery TEXT NOT NULL UNIQUE,
  batch TEXT NOT NULL,
  talk BIGINT NOT NULL,
  site BIGINT NOT NULL,
  story BIGINT,
  action BIGINT,
  person BIGINT,
  owner TEXT NOT NULL,
  official TEXT NOT NULL,
  recipient TEXT NOT NULL,                 -- JSON, the type is model_letters.Recipient
  way TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  home TEXT NOT NULL,                      -- JSON, the type is model_letters.Home
  mailbox TEXT NOT NULL,                   -- where the answer goes
  template INTEGER NOT NULL DEFAULT 0,     -- 1: it says so
  likeness INTEGER NOT NULL DEFAULT 0,     -- hundredths, with the likest earlier letter
  state TEXT NOT NULL,
  frozen INTEGER NOT NULL DEFAULT 0,       -- 1: never leaves by itself
  since BIGINT NOT NULL,                   -- when it came into this state
  due BIGINT,                              -- when the state's time is out
  tries INTEGER NOT NULL DEFAULT 0,
  made BIGINT NOT NULL,
  handed BIGINT,
  reminded BIGINT,                         -- the mailbox was asked for again, or the question after 14 days was put
  scrubbed BIGINT,                         -- text, name and address are gone since
  UNIQUE (batch, official)
);
CREATE INDEX letter_due ON letter (due) WHERE due IS NOT NULL;
CREATE INDEX letter_owner ON letter (owner, made);
CREATE INDEX letter_person ON letter (person, made) WHERE person IS NOT NULL;
CREATE INDEX letter_unproven ON letter (LOWER(mailbox)) WHERE person IS NULL AND scrubbed IS NULL;
CREATE INDEX letter_official ON letter (official, made);
CREATE INDEX letter_state ON letter (state, since);
CREATE INDEX letter_story ON letter (story) WHERE story IS NOT NULL;
CREATE INDEX letter_action ON letter (action, state) WHERE action IS NOT NULL;
CREATE INDEX letter_ended ON letter (since) WHERE scrubbed IS NULL;

-- Its life: each step a row, with who and why.
CREATE TABLE letter_event (
  id BIGINT PRIMARY KEY,
  letter BIGINT NOT NULL REFERENCES letter (id),
  event TEXT NOT NULL,
  was TEXT NOT NULL,
  became TEXT NOT NULL,
  made_by TEXT NOT NULL,                   -- writer, person, worker, time, rule, command
  person BIGINT,
  why TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL
);
CREATE INDEX letter_event_letter ON letter_event (letter, at);

-- Who read somebody else's letter, and when: its writer sees these rows.
CREATE TABLE letter_reading (
  id BIGINT PRIMARY KEY,
  letter BIGINT NOT NULL REFERENCES letter (id),
  person BIGINT,
  made_by TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX letter_reading_letter ON letter_reading (letter);

-- What is compared of texts: the smallest hashes of their shingles. No text can be made of them.
CREATE TABLE letter_shingle (
  mark BIGINT NOT NULL,
  letter BIGINT NOT NULL REFERENCES letter (id),
  PRIMARY KEY (mark, letter)
);
CREATE INDEX letter_shingle_letter ON letter_shingle (letter);

-- The letter on paper, made by the worker. base64.
CREATE TABLE letter_paper (
  letter BIGINT PRIMARY KEY REFERENCES letter (id),
  body TEXT NOT NULL DEFAULT '',
  lacking TEXT NOT NULL DEFAULT '',        -- letters that no font here has: then HTML is offered instead
  at BIGINT NOT NULL
);

-- Did they answer? Kept without text, writer or address, for the figures.
CREATE TABLE letter_answer (
  letter BIGINT PRIMARY KEY,
  official TEXT NOT NULL,
  site BIGINT NOT NULL,
  answer TEXT NOT NULL CHECK (answer IN ('answered', 'acknowledged', 'not_about_it', 'none_expected', 'none')),
  at BIGINT NOT NULL
);
CREATE INDEX letter_answer_official ON letter_answer (official);

-- Officials whom this server does not write to, and why.
CREATE TABLE letter_block (
  official TEXT PRIMARY KEY,
  why TEXT NOT NULL,
  person BIGINT,
  at BIGINT NOT NULL
);
