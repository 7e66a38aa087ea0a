-- A story that was merged into another leads there under all its names; it stays, so that the merging can be undone.
ALTER TABLE story ADD COLUMN merged_into BIGINT;
CREATE INDEX story_merged ON story (merged_into) WHERE merged_into IS NOT NULL;

-- What else went along when a story was merged, by kind, and under which story it stood before: so it can go back.
CREATE TABLE story_moved (
  story BIGINT NOT NULL,
  kind TEXT NOT NULL,
  id BIGINT NOT NULL,
  PRIMARY KEY (story, kind, id)
);
