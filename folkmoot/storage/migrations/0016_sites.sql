-- A story that was merged into another leads there under all its names; it stays, so that the merging can be undone.
ALTER TABLE story ADD COLUMN merged_into BIGINT;
CREATE INDEX story_merged ON story (merged_into) WHERE merged_into IS NOT NULL;
