-- Who has an item of the queue in hand, until when: two moderators never work on the same one.
CREATE TABLE claim (
  kind TEXT NOT NULL,
  item BIGINT NOT NULL,
  person BIGINT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (kind, item)
);
CREATE INDEX claim_until ON claim (until);
