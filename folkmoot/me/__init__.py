"""One's own: the page of a person, what they take along, and how they leave. Joins the rooms, decides nothing of theirs."""
