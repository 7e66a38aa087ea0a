-- By which the newest comment of each story is found, of those that were written here: what a site's feed is made of.
CREATE INDEX comment_here ON comment (story, id) WHERE visible = 1 AND batch IS NULL;

-- Comments used to leave their story without its pin; a comment of another story is nothing to be put above a thread.
UPDATE thread SET pinned = NULL
WHERE pinned IS NOT NULL AND NOT EXISTS (SELECT 1 FROM comment c WHERE c.id = thread.pinned AND c.story = thread.story);
