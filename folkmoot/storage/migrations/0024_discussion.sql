-- By which the newest comment of each story is found, of those that were written here: what a site's feed is made of.
CREATE INDEX comment_here ON comment (story, id) WHERE visible = 1 AND batch IS NULL;
