-- Who leaves is looked for in these.
CREATE INDEX handover_person ON handover (person) WHERE person IS NOT NULL;
CREATE INDEX invitation_maker ON invitation (made_by) WHERE made_by IS NOT NULL;

-- postgres only: the planner would remember mailboxes after their owners have left.
ALTER INDEX report_mailbox ALTER COLUMN 1 SET STATISTICS 0;
-- postgres only
ALTER INDEX letter_unproven ALTER COLUMN 1 SET STATISTICS 0;
