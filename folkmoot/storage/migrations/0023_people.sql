-- Who leaves is looked for in these.
CREATE INDEX handover_person ON handover (person) WHERE person IS NOT NULL;
CREATE INDEX invitation_maker ON invitation (made_by) WHERE made_by IS NOT NULL;
