-- What moderators decide about people: a warning, a time without writing, a ban. Of an account, of an address block (the keyed
-- hash of a /24 or /64, kept until the end), of a mail domain. Taken back by an end, which is part of the row.
CREATE TABLE sanction (
  id BIGINT PRIMARY KEY,
  site BIGINT NOT NULL,
  deed TEXT NOT NULL CHECK (deed IN ('warn', 'mute', 'ban')),
  person BIGINT REFERENCES person (id),    -- whom, or whose block it is
  network TEXT,                            -- the block
  domain TEXT,                             -- mail domain
  reason TEXT NOT NULL DEFAULT '',         -- words that the person is shown
  guideline TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT '',           -- for the desk alone
  made_by BIGINT,                          -- null: the command line
  at BIGINT NOT NULL,
  until BIGINT,                            -- null: until somebody takes it back
  ended BIGINT,
  ended_by BIGINT,
  ended_why TEXT NOT NULL DEFAULT ''
);
CREATE INDEX sanction_person ON sanction (person, at) WHERE person IS NOT NULL;
CREATE INDEX sanction_network ON sanction (network) WHERE network IS NOT NULL;
CREATE INDEX sanction_domain ON sanction (site) WHERE domain IS NOT NULL AND ended IS NULL;
CREATE INDEX sanction_open ON sanction (site) WHERE ended IS NULL;
CREATE INDEX sanction_at ON sanction (site, at);

-- What the desk notes of somebody; seen by the desk alone.
CREATE TABLE person_note (
  id BIGINT PRIMARY KEY,
  site BIGINT NOT NULL,
  person BIGINT NOT NULL REFERENCES person (id),
  words TEXT NOT NULL,
  made_by BIGINT,
  at BIGINT NOT NULL,
  removed BIGINT,
  removed_by BIGINT
);
CREATE INDEX person_note_person ON person_note (person, at);
