-- One version of what one source says of one scope (a country, a state, a chamber). Versions stand side by side; the newest
-- that covers a day decides what holds on it, so an old file never takes a newer one's place.
CREATE TABLE directory_load (
  id BIGINT PRIMARY KEY,
  source TEXT NOT NULL,                    -- the reader: congress_people, boundaries … (action/directory)
  scope TEXT NOT NULL,                     -- an Open Civic Data id
  origin TEXT NOT NULL,                    -- the file's name or its address
  digest TEXT NOT NULL,                    -- of the file's bytes: the same file twice is one version
  dated TEXT NOT NULL,                     -- the day that its facts are of
  since TEXT NOT NULL,                     -- the days for which it is the last word; empty: always
  until TEXT NOT NULL,
  congress INTEGER,
  entries INTEGER NOT NULL,
  bad INTEGER NOT NULL,                    -- entries that could not be used
  begun BIGINT NOT NULL,
  ready BIGINT,                            -- since when all of it is there; nobody sees it before
  UNIQUE (source, scope, digest)
);

-- Somebody in an office, from a day up to another; `record` is model.Official as JSON.
CREATE TABLE official_seat (
  load BIGINT NOT NULL REFERENCES directory_load (id),
  official TEXT NOT NULL,
  division TEXT NOT NULL,
  level TEXT NOT NULL,
  role TEXT NOT NULL,
  since TEXT NOT NULL,                     -- empty: not known
  until TEXT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (load, official, division, role, since)
);
CREATE INDEX official_seat_division ON official_seat (division, load);
CREATE INDEX official_seat_official ON official_seat (official, load);

-- What another file says of the same official: local offices, accounts (directory.records.Detail as JSON).
CREATE TABLE official_detail (
  load BIGINT NOT NULL REFERENCES directory_load (id),
  official TEXT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (load, official)
);

CREATE TABLE committee (
  load BIGINT NOT NULL REFERENCES directory_load (id),
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (load, id)
);
CREATE TABLE committee_member (
  load BIGINT NOT NULL REFERENCES directory_load (id),
  committee TEXT NOT NULL,
  official TEXT NOT NULL,
  title TEXT NOT NULL,
  place INTEGER NOT NULL,
  PRIMARY KEY (load, committee, official)
);
CREATE INDEX committee_member_official ON committee_member (official, load);

-- Shapes, packed (action/shapes.py).
CREATE TABLE area (
  load BIGINT NOT NULL REFERENCES directory_load (id),
  division TEXT NOT NULL,
  name TEXT NOT NULL,
  shape BLOB NOT NULL,
  PRIMARY KEY (load, division)
);

-- A table of postal codes, whole: it is only ever read whole, into memory (action/atlas.py).
CREATE TABLE postal_table (
  load BIGINT PRIMARY KEY REFERENCES directory_load (id),
  packed BLOB NOT NULL
);

-- "This is wrong": what somebody says of an official's entry, until a moderator has looked.
CREATE TABLE directory_report (
  id BIGINT PRIMARY KEY,
  official TEXT NOT NULL,                  -- empty: about a division alone
  division TEXT NOT NULL,
  site BIGINT NOT NULL,
  what TEXT NOT NULL CHECK (what IN ('person', 'vacant', 'phone', 'office', 'way', 'district', 'other')),
  words TEXT NOT NULL,
  network TEXT,
  at BIGINT NOT NULL,
  settled BIGINT,
  settled_by BIGINT,
  made_by TEXT,
  outcome TEXT CHECK (outcome IN ('right', 'fixed', 'passed_on')),
  reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX directory_report_waiting ON directory_report (at) WHERE settled IS NULL;

-- What readers of a story can do; `draft` is model.Draft as JSON.
CREATE TABLE action (
  id BIGINT PRIMARY KEY,
  story BIGINT NOT NULL,
  site BIGINT NOT NULL,
  code TEXT NOT NULL UNIQUE,               -- the word by which it is texted
  draft TEXT NOT NULL,
  starts BIGINT NOT NULL,
  ends BIGINT NOT NULL,
  made BIGINT NOT NULL,
  made_by BIGINT,
  stopped BIGINT
);
CREATE INDEX action_story ON action (story, starts);
CREATE INDEX action_site ON action (site, made);

-- State remembers: each change with who, when and what it said before.
CREATE TABLE action_change (
  id BIGINT PRIMARY KEY,
  action BIGINT NOT NULL REFERENCES action (id),
  deed TEXT NOT NULL CHECK (deed IN ('make', 'change', 'stop')),
  person BIGINT,
  made_by TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  before TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL
);
CREATE INDEX action_change_action ON action_change (action, at);

-- What people did. `who` is a keyed hash made for this action alone; it says that two rows are one person's, and nothing else.
CREATE TABLE action_deed (
  action BIGINT NOT NULL REFERENCES action (id),
  kind TEXT NOT NULL CHECK (kind IN ('letter', 'call')),
  who TEXT NOT NULL,
  official TEXT NOT NULL,
  outcome TEXT NOT NULL DEFAULT '',        -- of a call: spoke, voicemail, busy, skip
  at BIGINT NOT NULL,
  PRIMARY KEY (action, kind, who, official)
);
CREATE INDEX action_deed_at ON action_deed (at);
