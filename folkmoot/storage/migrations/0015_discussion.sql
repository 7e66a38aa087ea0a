-- Under which story a comment was posted, where that story was merged into the one it stands under now; null everywhere else.
ALTER TABLE comment ADD COLUMN merged_from BIGINT;
CREATE INDEX comment_merged ON comment (merged_from) WHERE merged_from IS NOT NULL;
