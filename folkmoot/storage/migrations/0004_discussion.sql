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
