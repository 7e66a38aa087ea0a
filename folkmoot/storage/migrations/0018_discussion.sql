-- What a member wishes to hear of one story: all that is said, or nothing.
CREATE TABLE follow (
  person BIGINT NOT NULL,
  story BIGINT NOT NULL,
  how TEXT NOT NULL CHECK (how IN ('follow', 'mute')),
  at BIGINT NOT NULL,
  PRIMARY KEY (person, story)
);
CREATE INDEX follow_story ON follow (story, person) WHERE how = 'follow';

-- Where a site's own programs hear of comments (discussion/hooks.py).
CREATE TABLE hook (
  id BIGINT PRIMARY KEY,
  site BIGINT NOT NULL,
  address TEXT NOT NULL,
  secret TEXT NOT NULL,                    -- base64 of the key that signs
  former TEXT NOT NULL DEFAULT '',         -- the key before it, which signs too until former_until
  former_until BIGINT NOT NULL DEFAULT 0,
  made_by BIGINT,                          -- null: the command line
  created BIGINT NOT NULL,
  status INTEGER,                          -- the last answer; 0: nobody answered
  told BIGINT,                             -- when that was
  ended BIGINT,
  ended_why TEXT
);
CREATE INDEX hook_site ON hook (site) WHERE ended IS NULL;

-- The words of comments, to be searched (storage/words.py says how each engine asks). Kept by the worker and by every change of a text.
-- sqlite only
CREATE VIRTUAL TABLE comment_words USING fts5(words, name, place, tokenize = "unicode61 remove_diacritics 0");
-- sqlite only
INSERT INTO comment_words (comment_words, rank) VALUES ('secure-delete', 1);
-- postgres only
CREATE TABLE comment_words (rowid BIGINT PRIMARY KEY, lexemes tsvector NOT NULL);
-- postgres only
CREATE INDEX comment_words_lexemes ON comment_words USING gin (lexemes);
-- What hooks have answered lately, the last few of each.
CREATE TABLE hook_sent (
  hook BIGINT NOT NULL,
  message TEXT NOT NULL,                   -- webhook-id
  event TEXT NOT NULL,
  status INTEGER NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (hook, message)
);

-- What the first page that a comment links to says of itself, as JSON (discussion/previews.py); empty: nothing.
ALTER TABLE comment ADD COLUMN preview TEXT NOT NULL DEFAULT '';
