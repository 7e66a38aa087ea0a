-- What moderators decide has grown: a decision says by which guideline of the site, what the desk notes for itself, from which
-- state, and which decision it takes back.
CREATE TABLE decision_wider (
  id BIGINT PRIMARY KEY,
  comment BIGINT NOT NULL REFERENCES comment (id),
  revision BIGINT,                         -- where it is about one revision alone
  deed TEXT NOT NULL CHECK (deed IN ('publish', 'hold', 'release', 'remove', 'restore', 'withdraw', 'remove_revision', 'keep', 'scrub',
    'lock', 'unlock', 'pin', 'unpin', 'feature', 'unfeature', 'edit_words', 'uphold')),
  person BIGINT,
  made_by TEXT NOT NULL,                   -- person, rule, import, command
  rule TEXT NOT NULL DEFAULT '',           -- the rule's name, where a rule decided; four_eyes, appeal, undo where that is why
  reason TEXT NOT NULL DEFAULT '',         -- words that the writer is shown
  at BIGINT NOT NULL,
  guideline TEXT NOT NULL DEFAULT '',      -- the site's guideline that it goes by, as it was worded then
  note TEXT NOT NULL DEFAULT '',           -- for the desk alone
  was TEXT NOT NULL DEFAULT '',            -- the comment's state before
  undoes BIGINT                            -- the decision that this one takes back
);
INSERT INTO decision_wider (id, comment, revision, deed, person, made_by, rule, reason, at)
  SELECT id, comment, revision, deed, person, made_by, rule, reason, at FROM decision;
DROP TABLE decision;
ALTER TABLE decision_wider RENAME TO decision;
CREATE INDEX decision_comment ON decision (comment, at);
CREATE INDEX decision_at ON decision (at);
CREATE INDEX decision_withdrawn ON decision (at) WHERE deed = 'withdraw';
CREATE INDEX decision_kept ON decision (comment) WHERE deed = 'keep';
CREATE INDEX decision_person ON decision (person, at) WHERE person IS NOT NULL;

-- What waits for a moderator: a row per comment that is held, whose edit is, that is reported, or whose removal is appealed.
-- Kept by the writes that change it (discussion/waits.py); `check` looks whether all of them are here.
CREATE TABLE waiting (
  comment BIGINT PRIMARY KEY,
  site BIGINT NOT NULL,
  story BIGINT NOT NULL,
  since BIGINT NOT NULL,
  priority BIGINT NOT NULL                 -- the negated weight: expected harm × reach
);
CREATE INDEX waiting_priority ON waiting (site, priority, comment);
CREATE INDEX waiting_since ON waiting (site, since, comment);
CREATE INDEX waiting_story ON waiting (story, since, comment);

-- A writer does not accept a removal; another moderator than who removed it decides.
CREATE TABLE appeal (
  id BIGINT PRIMARY KEY,
  comment BIGINT NOT NULL REFERENCES comment (id),
  decision BIGINT NOT NULL UNIQUE,         -- the removal
  person BIGINT NOT NULL,
  words TEXT NOT NULL,
  at BIGINT NOT NULL,
  outcome TEXT CHECK (outcome IN ('reversed', 'upheld')),
  decided BIGINT,
  decided_by BIGINT
);
CREATE INDEX appeal_comment ON appeal (comment, at);
CREATE INDEX appeal_open ON appeal (comment) WHERE decided IS NULL;
CREATE INDEX appeal_person ON appeal (person);
CREATE INDEX appeal_at ON appeal (at);

-- Whether a report held up: 1 the comment was removed, 0 it was let stand. A reporter's record weighs their next reports.
ALTER TABLE flag ADD COLUMN upheld INTEGER;
CREATE INDEX flag_person ON flag (person, at);
CREATE INDEX flag_open ON flag (comment) WHERE settled IS NULL;

-- Branches that take no more replies.
CREATE TABLE branch_lock (
  comment BIGINT PRIMARY KEY,
  story BIGINT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX branch_lock_story ON branch_lock (story);

-- The comment that the newsroom has put above a thread.
ALTER TABLE thread ADD COLUMN pinned BIGINT;

-- The version with which comments left altogether, as an import was undone: pages open since before are offered all of it anew.
ALTER TABLE thread ADD COLUMN cleared BIGINT NOT NULL DEFAULT 0;

INSERT INTO waiting (comment, site, story, since, priority)
  SELECT c.id, s.site, c.story, c.posted, -100 FROM comment c JOIN story s ON s.id = c.story WHERE c.state = 'held';
INSERT INTO waiting (comment, site, story, since, priority)
  SELECT c.id, s.site, c.story, MIN(r.made), -150 FROM revision r JOIN comment c ON c.id = r.comment JOIN story s ON s.id = c.story
  WHERE r.state = 'held' AND c.state = 'published' GROUP BY c.id, s.site, c.story;
INSERT INTO waiting (comment, site, story, since, priority)
  SELECT c.id, s.site, c.story, MIN(f.at), -200 FROM flag f JOIN comment c ON c.id = f.comment JOIN story s ON s.id = c.story
  WHERE f.settled IS NULL AND c.state = 'published' AND NOT EXISTS (SELECT 1 FROM waiting w WHERE w.comment = c.id)
  GROUP BY c.id, s.site, c.story;

-- What the classifier has learned from the desk's decisions: words in what was let stand and in what was removed, and the model made of
-- them. The row of site 0 holds, as its version, the last decision that was learned from.
CREATE TABLE learned_word (
  site BIGINT NOT NULL,
  word TEXT NOT NULL,
  good BIGINT NOT NULL,
  bad BIGINT NOT NULL,
  PRIMARY KEY (site, word)
);
CREATE INDEX learned_word_unknown ON learned_word (site) WHERE good <= 0 AND bad <= 0;
CREATE TABLE learned (
  site BIGINT PRIMARY KEY,
  version BIGINT NOT NULL,
  good BIGINT NOT NULL,
  bad BIGINT NOT NULL,
  stale INTEGER NOT NULL,
  model TEXT NOT NULL                      -- JSON, the type is discussion.classifier.Model
);

-- Two min-hashes of a comment's pairs of words, to find those that say nearly the same (discussion/alike.py).
ALTER TABLE comment ADD COLUMN gist_one BIGINT;
ALTER TABLE comment ADD COLUMN gist_two BIGINT;
CREATE INDEX comment_gist_one ON comment (gist_one, posted) WHERE gist_one IS NOT NULL;
CREATE INDEX comment_gist_two ON comment (gist_two, posted) WHERE gist_two IS NOT NULL;

-- Challenges that have been solved (discussion/proofs.py): each counts once. Kept until it could not be used again anyhow.
CREATE TABLE proof (
  nonce TEXT PRIMARY KEY,
  until BIGINT NOT NULL
);
CREATE INDEX proof_until ON proof (until);

-- What a service outside said of a comment, where one is asked (discussion/akismet.py), and what the desk has told it since.
CREATE TABLE asked_outside (
  comment BIGINT PRIMARY KEY,
  spam INTEGER NOT NULL,
  told INTEGER                             -- 1: that it is spam; 0: that it is none
);

-- Reports of unlawful content (EU Digital Services Act, Art. 16): with or without an account, name and mail as one likes.
CREATE TABLE report (
  id BIGINT PRIMARY KEY,
  receipt TEXT NOT NULL UNIQUE,            -- SHA-256 of the token by which the reporter follows it
  site BIGINT NOT NULL,
  story BIGINT NOT NULL,
  comment BIGINT NOT NULL,
  law TEXT NOT NULL DEFAULT '',            -- which law it breaks, in the reporter's words
  words TEXT NOT NULL,                     -- why
  name TEXT NOT NULL DEFAULT '',
  mailbox TEXT NOT NULL DEFAULT '',
  person BIGINT,
  at BIGINT NOT NULL,
  outcome TEXT CHECK (outcome IN ('removed', 'stands')),
  reason TEXT NOT NULL DEFAULT '',
  decided BIGINT,
  decided_by BIGINT
);
CREATE INDEX report_open ON report (site, at) WHERE decided IS NULL;
CREATE INDEX report_person ON report (person) WHERE person IS NOT NULL;
CREATE INDEX report_mailbox ON report (LOWER(mailbox)) WHERE mailbox <> '';
CREATE INDEX report_at ON report (site, at);
CREATE INDEX report_came ON report (at);
CREATE INDEX report_decided ON report (decided) WHERE decided IS NOT NULL;

-- Who looked at words that are kept out of sight, and why.
CREATE TABLE access (
  id BIGINT PRIMARY KEY,
  site BIGINT NOT NULL,
  person BIGINT,
  comment BIGINT NOT NULL,
  why TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX access_person ON access (person) WHERE person IS NOT NULL;
CREATE INDEX access_at ON access (site, at);
