-- A story that was merged into another leads there under all its names; it stays, so that the merging can be undone.
ALTER TABLE story ADD COLUMN merged_into BIGINT;
CREATE INDEX story_merged ON story (merged_into) WHERE merged_into IS NOT NULL;

-- What is decided of a story has grown: it is merged into another, and parted from it again.
CREATE TABLE story_decision_wider (
  id BIGINT PRIMARY KEY,
  story BIGINT NOT NULL REFERENCES story (id),
  deed TEXT NOT NULL CHECK (deed IN ('close', 'open', 'rename', 'alias', 'merge', 'part')),
  person BIGINT,                           -- null: a rule, an importer or the command line
  made_by TEXT NOT NULL,                   -- person, rule, import, command
  reason TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL
);
INSERT INTO story_decision_wider (id, story, deed, person, made_by, reason, at)
  SELECT id, story, deed, person, made_by, reason, at FROM story_decision;
DROP TABLE story_decision;
ALTER TABLE story_decision_wider RENAME TO story_decision;
CREATE INDEX story_decision_story ON story_decision (story, at);
