"""Readers set the story right: notes with sources, who rates them, what the editor makes of them, and where readers stand."""
