"""The hot path: puts a story's page together and serves it. Decides nothing."""
