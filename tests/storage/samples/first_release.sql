-- The schema as it was released first (steps 0001 to 0004), and a small newsroom in it. Made by that program; never changed.

-- 0001_storage.sql
-- Storage's own tables; any folder's store may name them.
-- Ids are made by the program (storage/ids.py), times are UTC milliseconds.

-- One number per story: it moves in the transaction of any change that readers may see (storage/changes.py).
CREATE TABLE story_version (
  story BIGINT PRIMARY KEY,
  version BIGINT NOT NULL,
  turn BIGINT NOT NULL DEFAULT 0,          -- how often writers have held the story: orders its changes finer than versions do
  marked INTEGER NOT NULL DEFAULT 0,       -- 1: votes have come; a tick moves the version for them
  ticked BIGINT NOT NULL DEFAULT 0,        -- when a tick last moved it
  moved BIGINT NOT NULL DEFAULT 0,         -- in which group of writes: a number that only grows (PostgreSQL: the transaction's)
  writer BIGINT NOT NULL DEFAULT 0         -- which process moved it last; it has told its own followers already
);
CREATE INDEX story_version_marked ON story_version (story) WHERE marked = 1;
-- sqlite only: other processes look here for what has moved; PostgreSQL tells them, and an index would slow its hottest rows.
CREATE INDEX story_version_moved ON story_version (moved);

-- Work to be done after the commit: mail, claims, clean-ups (storage/jobs.py). A lease, not a state called "doing".
CREATE TABLE job (
  id BIGINT PRIMARY KEY,
  kind TEXT NOT NULL,
  unique_key TEXT UNIQUE,
  payload TEXT NOT NULL,
  run_after BIGINT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  lease_until BIGINT NOT NULL DEFAULT 0,
  lease_token BIGINT NOT NULL DEFAULT 0,
  last_error TEXT,
  dead BIGINT                              -- since when it is given up; shown by `check`
);
CREATE INDEX job_ready ON job (run_after) WHERE dead IS NULL;

-- Answers already given, by Idempotency-Key, for 24 hours (storage/repeats.py).
CREATE TABLE answer (
  scope TEXT NOT NULL,
  repeat_key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  body TEXT NOT NULL,
  given BIGINT NOT NULL,
  PRIMARY KEY (scope, repeat_key)
);
CREATE INDEX answer_given ON answer (given);

-- Small facts that must survive a restart: secrets that were generated, when something last ran.
CREATE TABLE fact (
  name TEXT PRIMARY KEY,
  body TEXT NOT NULL
);

-- 0002_sites.sql
CREATE TABLE site (
  id BIGINT PRIMARY KEY,
  host TEXT NOT NULL UNIQUE,               -- the main host, lower case, IDNA, with a port that is not the scheme's own
  name TEXT NOT NULL,
  language TEXT NOT NULL DEFAULT 'en',
  policy TEXT NOT NULL DEFAULT '{}',       -- JSON, the type is sites.model.Policy
  theme TEXT NOT NULL DEFAULT '{}',        -- JSON, the type is sites.model.Theme
  created BIGINT NOT NULL
);

CREATE TABLE site_host (
  host TEXT PRIMARY KEY,                   -- news.example, or *.news.example (label by label)
  site BIGINT NOT NULL REFERENCES site (id),
  added BIGINT NOT NULL
);
CREATE INDEX site_host_site ON site_host (site);

CREATE TABLE story (
  id BIGINT PRIMARY KEY,
  site BIGINT NOT NULL REFERENCES site (id),
  publisher_key TEXT,                      -- the publisher's own id of the story
  address TEXT NOT NULL,                   -- where it is to be read: the canonical link
  title TEXT NOT NULL DEFAULT '',
  title_from TEXT NOT NULL DEFAULT 'reader' CHECK (title_from IN ('reader', 'import', 'page', 'site')),
  language TEXT,
  created BIGINT NOT NULL,
  closed BIGINT,                           -- since when no comments are taken; the why is the last row of story_decision
  UNIQUE (site, publisher_key)
);

-- Every cleaned address under which a story is found, its own among them.
CREATE TABLE story_address (
  cleaned TEXT PRIMARY KEY,
  story BIGINT NOT NULL REFERENCES story (id),
  told_by TEXT NOT NULL CHECK (told_by IN ('reader', 'import', 'page', 'site')),
  added BIGINT NOT NULL
);
CREATE INDEX story_address_story ON story_address (story);

CREATE TABLE story_decision (
  id BIGINT PRIMARY KEY,
  story BIGINT NOT NULL REFERENCES story (id),
  deed TEXT NOT NULL CHECK (deed IN ('close', 'open', 'rename', 'alias')),
  person BIGINT,                           -- null: a rule, an importer or the command line
  made_by TEXT NOT NULL,                   -- person, rule, import, command
  reason TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL
);
CREATE INDEX story_decision_story ON story_decision (story, at);

-- 0003_people.sql
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

-- 0004_discussion.sql
-- What is shown of a story's talk, in numbers.
CREATE TABLE thread (
  story BIGINT PRIMARY KEY,
  live BIGINT NOT NULL DEFAULT 0,          -- comments that readers see (no tombstones)
  votes BIGINT NOT NULL DEFAULT 0          -- counted votes; while 0, "best" is newest
);

CREATE TABLE comment (
  id BIGINT PRIMARY KEY,
  story BIGINT NOT NULL,
  parent BIGINT NOT NULL,                  -- 0: a root
  level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 200),
  person BIGINT,                           -- null: an imported writer without an account
  name TEXT NOT NULL CHECK (length(name) <= 80),
  text TEXT NOT NULL CHECK (length(text) <= 20000),
  html TEXT NOT NULL,
  renderer INTEGER NOT NULL,               -- the version of discussion/text.py that made html
  posted BIGINT NOT NULL,
  edited BIGINT,                           -- of the shown text, when past the first minute
  state TEXT NOT NULL CHECK (state IN ('published', 'held', 'removed', 'withdrawn', 'spam', 'deleted', 'unapproved')),
  visible INTEGER NOT NULL,                -- 1: live, or a tombstone over visible replies
  batch BIGINT,                            -- the import that brought it
  up BIGINT NOT NULL DEFAULT 0,            -- counted votes and the imported base together
  down BIGINT NOT NULL DEFAULT 0,
  base_up BIGINT NOT NULL DEFAULT 0,       -- totals that an import brought
  base_down BIGINT NOT NULL DEFAULT 0,
  replies BIGINT NOT NULL DEFAULT 0,       -- visible direct replies
  by_best DOUBLE PRECISION NOT NULL,       -- sort keys, all ascending: the negated Wilson bound,
  by_replies BIGINT NOT NULL,              --   the negated number of replies,
  by_hot DOUBLE PRECISION NOT NULL,        --   the negated hotness
  moved BIGINT NOT NULL,                   -- the turn at the story at which a sort key or visibility last changed
  marks TEXT NOT NULL DEFAULT '',          -- space-separated: staff, namesake
  digest TEXT NOT NULL,                    -- of the folded text, to find repeats
  skeleton TEXT NOT NULL DEFAULT '',       -- the name as the eye reads it, to find namesakes in a thread
  network TEXT                             -- keyed hash of /24 or /64, wiped after 30 days
);
CREATE INDEX comment_posted ON comment (story, parent, posted, id) WHERE visible = 1;
CREATE INDEX comment_best ON comment (story, parent, by_best, posted, id) WHERE visible = 1;
CREATE INDEX comment_replies ON comment (story, parent, by_replies, posted, id) WHERE visible = 1;
CREATE INDEX comment_hot ON comment (story, parent, by_hot, posted, id) WHERE visible = 1;
CREATE INDEX comment_moved ON comment (story, parent, moved, id) WHERE visible = 1;
CREATE INDEX comment_parent ON comment (parent) WHERE parent <> 0;
CREATE INDEX comment_person ON comment (person, posted) WHERE person IS NOT NULL;
CREATE INDEX comment_network ON comment (network, posted) WHERE network IS NOT NULL;
CREATE INDEX comment_traced ON comment (posted) WHERE network IS NOT NULL;
CREATE INDEX comment_digest ON comment (digest, posted);
CREATE INDEX comment_skeleton ON comment (story, skeleton);
CREATE INDEX comment_waiting ON comment (posted) WHERE state = 'held';
CREATE INDEX comment_batch ON comment (batch) WHERE batch IS NOT NULL;

-- Every text a comment has had, or waits to have. Rows exist from the first edit on: number 1 is what was posted.
CREATE TABLE revision (
  id BIGINT PRIMARY KEY,
  comment BIGINT NOT NULL REFERENCES comment (id),
  number INTEGER NOT NULL,
  text TEXT NOT NULL,
  html TEXT NOT NULL,
  made BIGINT NOT NULL,
  person BIGINT,
  state TEXT NOT NULL CHECK (state IN ('shown', 'past', 'held', 'removed')),
  public INTEGER NOT NULL DEFAULT 0,       -- 1: part of the public history (it stood longer than the first minute)
  UNIQUE (comment, number)
);

-- State remembers: who did what to a comment, when and why. The last one explains comment.state.
CREATE TABLE decision (
  id BIGINT PRIMARY KEY,
  comment BIGINT NOT NULL REFERENCES comment (id),
  revision BIGINT,                         -- where it is about one revision alone
  deed TEXT NOT NULL CHECK (deed IN ('publish', 'hold', 'release', 'remove', 'restore', 'withdraw', 'remove_revision', 'keep', 'scrub')),
  person BIGINT,
  made_by TEXT NOT NULL,                   -- person, rule, import, command
  rule TEXT NOT NULL DEFAULT '',           -- the rule's name, where a rule decided
  reason TEXT NOT NULL DEFAULT '',         -- words that the writer is shown
  at BIGINT NOT NULL
);
CREATE INDEX decision_comment ON decision (comment, at);
CREATE INDEX decision_at ON decision (at);
CREATE INDEX decision_withdrawn ON decision (at) WHERE deed = 'withdraw';
CREATE INDEX decision_kept ON decision (comment) WHERE deed = 'keep';

CREATE INDEX revision_waiting ON revision (made) WHERE state = 'held';

CREATE TABLE vote (
  comment BIGINT NOT NULL REFERENCES comment (id),
  person BIGINT NOT NULL,
  value INTEGER NOT NULL CHECK (value IN (1, -1)),
  counted INTEGER NOT NULL,                -- 1: it is part of up/down
  at BIGINT NOT NULL,
  PRIMARY KEY (comment, person)
);
CREATE INDEX vote_person ON vote (person, at);

CREATE TABLE flag (
  id BIGINT PRIMARY KEY,
  comment BIGINT NOT NULL REFERENCES comment (id),
  person BIGINT NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL,
  settled BIGINT,
  UNIQUE (comment, person)
);

-- An import: staged, merged in steps, then opened all at once as far as readers can tell.
CREATE TABLE batch (
  id BIGINT PRIMARY KEY,
  site BIGINT NOT NULL,
  source TEXT NOT NULL,                    -- the importer's name
  file TEXT NOT NULL,
  phase TEXT NOT NULL CHECK (phase IN ('merging', 'opening', 'closed', 'undoing', 'undone')),
  reached BIGINT NOT NULL DEFAULT 0,       -- staged rows done in this phase, to go on after a crash
  report TEXT NOT NULL DEFAULT '{}',
  started BIGINT NOT NULL,
  ended BIGINT
);

-- What has come from where: (source, source id) -> our id. A second run finds its rows here and writes nothing.
CREATE TABLE source_key (
  site BIGINT NOT NULL,
  source TEXT NOT NULL,                    -- disqus:forumname, text:…
  kind TEXT NOT NULL CHECK (kind IN ('story', 'person', 'comment')),
  source_id TEXT NOT NULL,
  id BIGINT NOT NULL,
  batch BIGINT NOT NULL,
  PRIMARY KEY (site, source, kind, source_id)
);
CREATE INDEX source_key_batch ON source_key (batch, kind, id);
CREATE INDEX source_key_id ON source_key (id);


-- What was in it

INSERT INTO site (id, host, name, language, policy, theme, created) VALUES (3732930560000830953, 'news.example', 'The News', 'en', '{"mode":"open","guests":true,"guests_vote":false,"closes_after_days":null,"banned_words":[],"suspect_words":[],"newcomer_links":1,"guidelines":["Speak to the matter, not against the person.","No threats, no hate, no private addresses.","No advertising.","Say what you know, and how you know it."]}', '{"scheme":"auto","properties":{}}', 1780000000000);
INSERT INTO site_host (host, site, added) VALUES ('news.example', 3732930560000830953, 1780000000000);
INSERT INTO story (id, site, publisher_key, address, title, title_from, language, created, closed) VALUES (3732930560000830957, 3732930560000830953, NULL, 'https://news.example/lake', 'The lake', 'page', NULL, 1780000000000, 1780011000000);
INSERT INTO story (id, site, publisher_key, address, title, title_from, language, created, closed) VALUES (3732951531520400506, 3732930560000830953, NULL, 'https://news.example/mill', 'Story 1', 'import', NULL, 1420070400000, NULL);
INSERT INTO story_address (cleaned, story, told_by, added) VALUES ('news.example/lake', 3732930560000830957, 'page', 1780000000000);
INSERT INTO story_address (cleaned, story, told_by, added) VALUES ('news.example/mill', 3732951531520400506, 'import', 1780010000000);
INSERT INTO story_address (cleaned, story, told_by, added) VALUES ('news.example?p=1', 3732930560000830957, 'site', 1780011000001);
INSERT INTO story_decision (id, story, deed, person, made_by, reason, at) VALUES (3732953628672154892, 3732930560000830957, 'close', NULL, 'command', 'Done.', 1780011000000);
INSERT INTO story_decision (id, story, deed, person, made_by, reason, at) VALUES (3732953628674538926, 3732930560000830957, 'alias', NULL, 'command', 'news.example?p=1', 1780011000001);
INSERT INTO person (id, kind, name, skeleton, created, proven, claimed_by, withdrawn) VALUES (2983720493516197828, 'guest', 'User 1', 'userl', 1422748801000, NULL, NULL, NULL);
INSERT INTO person (id, kind, name, skeleton, created, proven, claimed_by, withdrawn) VALUES (2983720495612854402, 'guest', 'User 2', 'user2', 1422748802000, NULL, NULL, NULL);
INSERT INTO person (id, kind, name, skeleton, created, proven, claimed_by, withdrawn) VALUES (2983720497710917004, 'guest', 'User 3', 'usere', 1422748803000, NULL, NULL, NULL);
INSERT INTO person (id, kind, name, skeleton, created, proven, claimed_by, withdrawn) VALUES (3732930560000831014, 'member', 'Vera', 'vera', 1780000000000, 1780000000000, NULL, NULL);
INSERT INTO person (id, kind, name, skeleton, created, proven, claimed_by, withdrawn) VALUES (3732930560000831039, 'member', 'Ines', 'lnes', 1780000000000, 1780000000000, NULL, NULL);
INSERT INTO person (id, kind, name, skeleton, created, proven, claimed_by, withdrawn) VALUES (3732930560000831070, 'guest', 'Bo', 'bo', 1780000000000, NULL, NULL, NULL);
INSERT INTO person (id, kind, name, skeleton, created, proven, claimed_by, withdrawn) VALUES (3732930560000831117, 'guest', 'Ada', 'ada', 1780000000000, NULL, NULL, NULL);
INSERT INTO story_version (story, version, turn, marked, ticked, moved, writer) VALUES (0, 5, 0, 0, 0, 14, 3656673135695318771);
INSERT INTO story_version (story, version, turn, marked, ticked, moved, writer) VALUES (3732930560000830957, 9, 11, 1, 0, 14, 3656673135695318771);
INSERT INTO story_version (story, version, turn, marked, ticked, moved, writer) VALUES (3732951531520400506, 2, 1, 0, 0, 12, 3656673135695318771);
INSERT INTO identity (issuer, subject, person, mailbox, proven) VALUES ('mailbox', 'vera@mail.example', 3732930560000831014, 'vera@mail.example', 1780000000000);
INSERT INTO identity (issuer, subject, person, mailbox, proven) VALUES ('mailbox', 'ines@mail.example', 3732930560000831039, 'ines@mail.example', 1780000000000);
INSERT INTO role (id, person, site, role, granted_by, granted, ended_by, ended) VALUES (3732930560000831027, 3732930560000831014, 3732930560000830953, 'moderator', NULL, 1780000000000, NULL, NULL);
INSERT INTO role (id, person, site, role, granted_by, granted, ended_by, ended) VALUES (3732930560000831046, 3732930560000831039, 3732930560000830953, 'admin', NULL, 1780000000000, NULL, NULL);
INSERT INTO session (id, token, kind, person, family, origin, created, expires, used, salt, ended, ended_why) VALUES (3732930560000831072, 'bx4eV8Ca6buRuULqPflCI4K3CbJck9Iso9SaKKSI_gI', 'guest', 3732930560000831070, 3732930560000831072, '', 1780000000000, 1811536000000, NULL, NULL, NULL, NULL);
INSERT INTO session (id, token, kind, person, family, origin, created, expires, used, salt, ended, ended_why) VALUES (3732930560000831124, 'CmKdl2tzPvnPRUu7YgHMTSV6ojvsXhZOGggg53DOD_o', 'guest', 3732930560000831117, 3732930560000831124, '', 1780000000000, 1811536000000, NULL, NULL, NULL, NULL);
INSERT INTO thread (story, live, votes) VALUES (3732930560000830957, 1, 3);
INSERT INTO thread (story, live, votes) VALUES (3732951531520400506, 2, 0);
INSERT INTO comment (id, story, parent, level, person, name, text, html, renderer, posted, edited, state, visible, batch, up, down, base_up, base_down, replies, by_best, by_replies, by_hot, moved, marks, digest, skeleton, network) VALUES (2983720493514976493, 3732951531520400506, 0, 1, 2983720493516197828, 'User 1', 'Number 1', '<p>Number 1</p>
', 1, 1422748801000, NULL, 'published', 1, 3732951531520400471, 0, 0, 0, 0, 1, 0.0, -1, -31616.640022222222, 1, '', '2af6b92bbc965f370ee47acb15ceac06', 'userl', NULL);
INSERT INTO comment (id, story, parent, level, person, name, text, html, renderer, posted, edited, state, visible, batch, up, down, base_up, base_down, replies, by_best, by_replies, by_hot, moved, marks, digest, skeleton, network) VALUES (2983720495612541786, 3732951531520400506, 2983720493514976493, 2, 2983720495612854402, 'User 2', 'Number 2', '<p>Number 2</p>
', 1, 1422748802000, NULL, 'deleted', 1, 3732951531520400471, 0, 0, 0, 0, 1, 0.0, -1, -31616.640044444444, 1, '', '3d0ff12b7a37d979542dc123bce35e8d', 'user2', NULL);
INSERT INTO comment (id, story, parent, level, person, name, text, html, renderer, posted, edited, state, visible, batch, up, down, base_up, base_down, replies, by_best, by_replies, by_hot, moved, marks, digest, skeleton, network) VALUES (2983720497710107079, 3732951531520400506, 2983720495612541786, 3, 2983720497710917004, 'User 3', 'Number 3', '<p>Number 3</p>
', 1, 1422748803000, NULL, 'published', 1, 3732951531520400471, 0, 0, 0, 0, 0, 0.0, 0, -31616.640066666667, 1, '', '7a458d9ca3e29f566008fbbadd0fefe2', 'usere', NULL);
INSERT INTO comment (id, story, parent, level, person, name, text, html, renderer, posted, edited, state, visible, batch, up, down, base_up, base_down, replies, by_best, by_replies, by_hot, moved, marks, digest, skeleton, network) VALUES (3732930560002742642, 3732930560000830957, 0, 1, 3732930560000831070, 'Bo', 'Close it, please.', '<p>Close it, please.</p>
', 1, 1780000000001, 1780000120003, 'published', 1, NULL, 2, 0, 0, 0, 0, -0.34238022395464934, 0, -39555.85658557344, 9, '', '868a169e02b23113d97286bc1fa855d1', 'bo', NULL);
INSERT INTO comment (id, story, parent, level, person, name, text, html, renderer, posted, edited, state, visible, batch, up, down, base_up, base_down, replies, by_best, by_replies, by_hot, moved, marks, digest, skeleton, network) VALUES (3732930560004797720, 3732930560000830957, 3732930560002742642, 2, 3732930560000831117, 'Ada', 'No *way*.', '<p>No <em>way</em>.</p>
', 1, 1780000000002, NULL, 'removed', 0, NULL, 0, 1, 0, 0, 0, 0.0, 0, -39555.5555556, 9, '', '8fc3ea482844ef12f54cfe464febf66f', 'ada', 'net1');
INSERT INTO comment (id, story, parent, level, person, name, text, html, renderer, posted, edited, state, visible, batch, up, down, base_up, base_down, replies, by_best, by_replies, by_hot, moved, marks, digest, skeleton, network) VALUES (3732930560006666085, 3732930560000830957, 3732930560004797720, 3, 3732930560000831070, 'Bo', 'مرحبا 🌻, it''s "so"; --x', '<p>مرحبا 🌻, it''s "so"; --x</p>
', 1, 1780000000003, NULL, 'withdrawn', 0, NULL, 0, 0, 0, 0, 0, 0.0, 0, -39555.555555622224, 9, '', '8f921aafa0050fe98fc87ed5e6c43c72', 'bo', NULL);
INSERT INTO comment (id, story, parent, level, person, name, text, html, renderer, posted, edited, state, visible, batch, up, down, base_up, base_down, replies, by_best, by_replies, by_hot, moved, marks, digest, skeleton, network) VALUES (3732930811667749926, 3732930560000830957, 0, 1, 3732930560000831117, 'Ada', 'Wait for me.', '<p>Wait for me.</p>
', 1, 1780000120004, NULL, 'held', 0, NULL, 0, 0, 0, 0, 0, 0.0, 0, -39555.55822231111, 10, '', '3c23ef03847de2b505dab43cdb3e897a', 'ada', 'net1');
INSERT INTO revision (id, comment, number, text, html, made, person, state, public) VALUES (3732930560006666135, 3732930560002742642, 1, 'Close it.', '<p>Close it.</p>
', 1780000000001, 3732930560000831070, 'past', 1);
INSERT INTO revision (id, comment, number, text, html, made, person, state, public) VALUES (3732930811665592590, 3732930560002742642, 2, 'Close it, please.', '<p>Close it, please.</p>
', 1780000120003, 3732930560000831070, 'shown', 0);
INSERT INTO decision (id, comment, revision, deed, person, made_by, rule, reason, at) VALUES (3732930811665592621, 3732930560004797720, NULL, 'remove', 3732930560000831014, 'person', '', 'Not kind.', 1780000120003);
INSERT INTO decision (id, comment, revision, deed, person, made_by, rule, reason, at) VALUES (3732930811665592664, 3732930560006666085, NULL, 'withdraw', 3732930560000831070, 'person', '', '', 1780000120003);
INSERT INTO decision (id, comment, revision, deed, person, made_by, rule, reason, at) VALUES (3732930811667749957, 3732930811667749926, NULL, 'hold', NULL, 'rule', 'mode', 'On this site a moderator looks at every comment before it appears.', 1780000120004);
INSERT INTO decision (id, comment, revision, deed, person, made_by, rule, reason, at) VALUES (3732951531521817414, 2983720495612541786, NULL, 'remove', NULL, 'import', 'deleted', 'It was deleted where it came from.', 1780010000000);
INSERT INTO vote (comment, person, value, counted, at) VALUES (3732930560002742642, 3732930560000831014, 1, 1, 1780000120003);
INSERT INTO vote (comment, person, value, counted, at) VALUES (3732930560002742642, 3732930560000831039, 1, 1, 1780000120003);
INSERT INTO vote (comment, person, value, counted, at) VALUES (3732930560004797720, 3732930560000831039, -1, 1, 1780000120003);
INSERT INTO batch (id, site, source, file, phase, reached, report, started, ended) VALUES (3732951531520400471, 3732930560000830953, 'disqus', 'x.xml', 'closed', 0, '{"stories":1,"comments":3,"people":3,"skipped":{},"already":0,"warnings":[],"batch":"3732951531520400471","dry_run":false,"resumed":false,"fingerprint":"8150f91dc1e70082166e35a0e224e23f24b6557e32cdf82eb4b6e98bc4b6deed"}', 1780010000000, 1780010000000);
INSERT INTO source_key (site, source, kind, source_id, id, batch) VALUES (3732930560000830953, 'disqus', 'story', 'dsq:1', 3732951531520400506, 3732951531520400471);
INSERT INTO source_key (site, source, kind, source_id, id, batch) VALUES (3732930560000830953, 'disqus', 'person', 'user1', 2983720493516197828, 3732951531520400471);
INSERT INTO source_key (site, source, kind, source_id, id, batch) VALUES (3732930560000830953, 'disqus', 'person', 'user2', 2983720495612854402, 3732951531520400471);
INSERT INTO source_key (site, source, kind, source_id, id, batch) VALUES (3732930560000830953, 'disqus', 'person', 'user3', 2983720497710917004, 3732951531520400471);
INSERT INTO source_key (site, source, kind, source_id, id, batch) VALUES (3732930560000830953, 'disqus', 'comment', 'dsq:1', 2983720493514976493, 3732951531520400471);
INSERT INTO source_key (site, source, kind, source_id, id, batch) VALUES (3732930560000830953, 'disqus', 'comment', 'dsq:2', 2983720495612541786, 3732951531520400471);
INSERT INTO source_key (site, source, kind, source_id, id, batch) VALUES (3732930560000830953, 'disqus', 'comment', 'dsq:3', 2983720497710107079, 3732951531520400471);
