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
