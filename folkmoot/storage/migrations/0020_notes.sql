-- A note: what is wrong in a story (or a comment), and what is right. Its words are those of its shown revision.
CREATE TABLE note (
  id BIGINT PRIMARY KEY,
  site BIGINT NOT NULL,
  story BIGINT NOT NULL,
  comment BIGINT,                          -- the comment that it is about; null: the story itself
  grew_from BIGINT,                        -- the comment that it was made of
  person BIGINT,                           -- null: its writer is erased
  name TEXT NOT NULL CHECK (length(name) <= 80),
  credited INTEGER NOT NULL DEFAULT 1,     -- 1: a correction may name its writer
  kind TEXT NOT NULL CHECK (kind IN ('wrong', 'missing', 'outdated')),
  state TEXT NOT NULL CHECK (state IN ('open', 'held', 'withdrawn', 'removed')),
  revision BIGINT NOT NULL,                -- the one that readers see and rate
  grade TEXT NOT NULL DEFAULT 'proposed' CHECK (grade IN ('proposed', 'both_sides', 'helpful', 'disputed', 'unhelpful')),
  graded BIGINT NOT NULL,                  -- since when it has this grade
  shown BIGINT,                            -- when it first stood at the head: whoever saw it is told if it goes
  ruling TEXT NOT NULL DEFAULT '' CHECK (ruling IN ('', 'accepted', 'clarified', 'declined')),
  ruled BIGINT,
  proposed BIGINT NOT NULL,
  due BIGINT,                              -- when an editor who has not answered is shown as not having
  unanswered BIGINT,                       -- since when it is so
  campaign BIGINT                          -- since when its ratings look arranged: they wait for readers drawn by lot
);
CREATE INDEX note_story ON note (story, proposed);
CREATE INDEX note_site ON note (site, ruled) WHERE ruling <> '';
CREATE INDEX note_person ON note (person, proposed) WHERE person IS NOT NULL;
CREATE INDEX note_comment ON note (comment) WHERE comment IS NOT NULL;
CREATE INDEX note_due ON note (due) WHERE unanswered IS NULL AND ruling = '';
CREATE INDEX note_waiting ON note (site, proposed) WHERE ruling = '';

-- Every text that a note has had. Ratings belong to the revision for which they were given.
CREATE TABLE note_revision (
  id BIGINT PRIMARY KEY,
  note BIGINT NOT NULL REFERENCES note (id),
  number INTEGER NOT NULL,
  text TEXT NOT NULL CHECK (length(text) <= 500),
  made BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('shown', 'past', 'held', 'removed')),
  exact TEXT NOT NULL DEFAULT '',          -- the passage, as a W3C TextQuoteSelector; '': the whole
  prefix TEXT NOT NULL DEFAULT '',
  suffix TEXT NOT NULL DEFAULT '',
  place BIGINT,                            -- letters before it in the story's text as it was last read
  found TEXT NOT NULL DEFAULT 'unknown' CHECK (found IN ('unknown', 'headline', 'exact', 'changed', 'gone')),
  UNIQUE (note, number)
);

CREATE TABLE note_source (
  revision BIGINT NOT NULL REFERENCES note_revision (id),
  number INTEGER NOT NULL,
  url TEXT NOT NULL,
  host TEXT NOT NULL,
  title TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL DEFAULT 'unchecked' CHECK (state IN ('unchecked', 'found', 'dead')),
  said TEXT NOT NULL DEFAULT '',           -- what the page answered: 404, no answer
  checked BIGINT,
  PRIMARY KEY (revision, number)
);
CREATE INDEX note_source_unchecked ON note_source (revision) WHERE state = 'unchecked';

CREATE TABLE note_rating (
  revision BIGINT NOT NULL REFERENCES note_revision (id),
  person BIGINT NOT NULL,
  note BIGINT NOT NULL,
  level INTEGER NOT NULL CHECK (level IN (0, 1, 2)),  -- not, somewhat, helpful
  reasons TEXT NOT NULL DEFAULT '',        -- space-separated
  asked INTEGER NOT NULL DEFAULT 0,        -- 1: this reader was drawn by lot
  at BIGINT NOT NULL,
  PRIMARY KEY (revision, person)
);
CREATE INDEX note_rating_note ON note_rating (note, at);
CREATE INDEX note_rating_person ON note_rating (person, at);
CREATE INDEX note_rating_at ON note_rating (at);

-- State remembers: who did what to a note, when and why. before and after: what an accepted correction changed.
CREATE TABLE note_decision (
  id BIGINT PRIMARY KEY,
  note BIGINT NOT NULL REFERENCES note (id),
  revision BIGINT,
  deed TEXT NOT NULL CHECK (deed IN ('propose', 'revise', 'hold', 'release', 'remove', 'restore', 'withdraw', 'accept', 'clarify', 'decline',
    'reopen', 'appeal', 'report', 'unanswered', 'answer', 'campaign', 'anchor', 'scrub')),
  person BIGINT,
  made_by TEXT NOT NULL,                   -- person, rule, command
  rule TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '',
  before TEXT NOT NULL DEFAULT '',
  after TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL
);
CREATE INDEX note_decision_note ON note_decision (note, at);
CREATE INDEX note_decision_deed ON note_decision (deed, at);
CREATE INDEX note_decision_person ON note_decision (person) WHERE person IS NOT NULL;

-- Every reckoning that changed where a note stands: the ladder, and the curve beside it.
CREATE TABLE note_standing (
  id BIGINT PRIMARY KEY,
  note BIGINT NOT NULL REFERENCES note (id),
  revision BIGINT NOT NULL,
  at BIGINT NOT NULL,
  grade TEXT NOT NULL,
  score DOUBLE PRECISION,
  low DOUBLE PRECISION,
  high DOUBLE PRECISION,
  axis DOUBLE PRECISION,
  ratings BIGINT NOT NULL,
  near_helpful BIGINT NOT NULL,            -- readers on the supporters' side who find it helpful, of near_all
  near_all BIGINT NOT NULL,
  far_helpful BIGINT NOT NULL,             -- readers on the other side
  far_all BIGINT NOT NULL,
  missing BIGINT NOT NULL DEFAULT 0,       -- how many more are wanted from the other side
  one_sided INTEGER NOT NULL DEFAULT 0,    -- 1: no second side is to be seen among the readers
  why TEXT NOT NULL DEFAULT ''
);
CREATE INDEX note_standing_note ON note_standing (note, at);

-- Who is told, or writes, beside a note: the story's author, the writer of the noted comment.
CREATE TABLE note_answer (
  note BIGINT NOT NULL REFERENCES note (id),
  person BIGINT NOT NULL,
  speaks_as TEXT NOT NULL CHECK (speaks_as IN ('story', 'comment')),
  name TEXT NOT NULL CHECK (length(name) <= 80),
  text TEXT NOT NULL CHECK (length(text) <= 500),
  at BIGINT NOT NULL,
  PRIMARY KEY (note, person)
);
CREATE INDEX note_answer_person ON note_answer (person);

-- Who was drawn to rate a note, by which draw, and whether they did.
CREATE TABLE note_draw (
  id BIGINT PRIMARY KEY,
  note BIGINT NOT NULL REFERENCES note (id),
  revision BIGINT NOT NULL,
  seed TEXT NOT NULL,
  pool BIGINT NOT NULL,
  thin BIGINT NOT NULL,                    -- of the pool, readers on the thin side
  aimed BIGINT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX note_draw_note ON note_draw (note, at);
CREATE TABLE note_asked (
  draw BIGINT NOT NULL REFERENCES note_draw (id),
  note BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  person BIGINT NOT NULL,
  weight DOUBLE PRECISION NOT NULL,
  at BIGINT NOT NULL,
  ends BIGINT NOT NULL,                    -- when another may be drawn instead
  mailed BIGINT,
  answered BIGINT,
  PRIMARY KEY (revision, person)
);
CREATE INDEX note_asked_person ON note_asked (person, at);
CREATE INDEX note_asked_draw ON note_asked (draw);

-- Who has been here lately, with a proven mailbox: whom the lot may draw. mail: they said yes to be asked by mail.
CREATE TABLE note_reader (
  site BIGINT NOT NULL,
  person BIGINT NOT NULL,
  seen BIGINT NOT NULL,
  mail INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (site, person)
);
CREATE INDEX note_reader_person ON note_reader (person);

-- The votes that notes learn from: a copy, told by the outbox. Only those that count, of people with a proven mailbox.
CREATE TABLE note_vote (
  comment BIGINT NOT NULL,
  person BIGINT NOT NULL,
  story BIGINT NOT NULL,
  value INTEGER NOT NULL CHECK (value IN (1, -1)),
  at BIGINT NOT NULL,
  PRIMARY KEY (comment, person)
);
CREATE INDEX note_vote_story ON note_vote (story);
CREATE INDEX note_vote_person ON note_vote (person);

-- Where each reader sits, as the last fit of a site says. Frozen until the next one.
CREATE TABLE note_seat (
  site BIGINT NOT NULL,
  person BIGINT NOT NULL,
  lenience DOUBLE PRECISION NOT NULL,
  axis DOUBLE PRECISION NOT NULL,
  weight DOUBLE PRECISION NOT NULL,
  voice BIGINT NOT NULL,                   -- readers who count as one voice share a number
  PRIMARY KEY (site, person)
);
CREATE INDEX note_seat_person ON note_seat (person);
CREATE TABLE note_fit (
  id BIGINT PRIMARY KEY,
  site BIGINT NOT NULL,
  at BIGINT NOT NULL,
  told TEXT NOT NULL,                      -- JSON: constants, seed, mean, loss, gap, what is uncertain
  hijacked INTEGER NOT NULL DEFAULT 0,     -- 1: the axis goes with being liked
  alarm INTEGER NOT NULL DEFAULT 0,        -- 1: the newsroom was told of it
  seen BIGINT,                             -- when somebody had looked
  seen_by BIGINT
);
CREATE INDEX note_fit_alarm ON note_fit (site, at) WHERE alarm = 1 AND seen IS NULL;
CREATE INDEX note_fit_site ON note_fit (site, at);
CREATE INDEX note_fit_seen_by ON note_fit (seen_by) WHERE seen_by IS NOT NULL;

-- Comments that dispute the story, as finding.py reads them, with the words that say why.
CREATE TABLE note_find (
  comment BIGINT PRIMARY KEY,
  story BIGINT NOT NULL,
  site BIGINT NOT NULL,
  weight DOUBLE PRECISION NOT NULL,
  words TEXT NOT NULL,                     -- JSON: [{"what", "words"}]
  person BIGINT,                           -- its writer, with whose words these go
  found BIGINT NOT NULL,
  settled BIGINT,                          -- a note grew from it, or somebody on the desk put it aside
  settled_by BIGINT
);
CREATE INDEX note_find_person ON note_find (person) WHERE person IS NOT NULL;
CREATE INDEX note_find_settled_by ON note_find (settled_by) WHERE settled_by IS NOT NULL;
CREATE INDEX note_find_site ON note_find (site, weight) WHERE settled IS NULL;
CREATE INDEX note_find_story ON note_find (story, weight);
CREATE TABLE note_cursor (
  name TEXT PRIMARY KEY,
  reached BIGINT NOT NULL,
  within BIGINT NOT NULL DEFAULT 0
);

-- The story's own words as they were last read, so that passages can be found again.
CREATE TABLE note_text (
  story BIGINT PRIMARY KEY,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  digest TEXT NOT NULL,
  read BIGINT NOT NULL
);

-- Statements that an editor puts to a story's readers, and what they say to them.
CREATE TABLE note_statement (
  id BIGINT PRIMARY KEY,
  site BIGINT NOT NULL,
  story BIGINT NOT NULL,
  text TEXT NOT NULL CHECK (length(text) <= 200),
  person BIGINT,
  made BIGINT NOT NULL,
  ended BIGINT
);
CREATE INDEX note_statement_story ON note_statement (story, made);
CREATE TABLE note_opinion (
  statement BIGINT NOT NULL REFERENCES note_statement (id),
  person BIGINT NOT NULL,
  value INTEGER NOT NULL CHECK (value IN (1, 0, -1)),
  at BIGINT NOT NULL,
  PRIMARY KEY (statement, person)
);
CREATE INDEX note_opinion_person ON note_opinion (person);

-- The opinion map of a story, as it was last drawn, and where each person is on it.
CREATE TABLE note_map (
  story BIGINT PRIMARY KEY,
  drawn BIGINT NOT NULL,
  told TEXT NOT NULL                       -- JSON
);
CREATE TABLE note_place (
  story BIGINT NOT NULL,
  person BIGINT NOT NULL,
  x DOUBLE PRECISION NOT NULL,
  y DOUBLE PRECISION NOT NULL,
  party BIGINT,                            -- null: in no group
  PRIMARY KEY (story, person)
);
CREATE INDEX note_place_person ON note_place (person);

-- The open dump of a site, in packed parts (base64), made once a day.
CREATE TABLE note_dump (
  site BIGINT NOT NULL,
  number INTEGER NOT NULL,
  body TEXT NOT NULL,
  made BIGINT NOT NULL,
  PRIMARY KEY (site, number)
);
