"""Rows of sites and stories as they travel: those that arrive with an archive and leave again, and those that an export takes along."""

from __future__ import annotations

from folkmoot.storage.database import Tx


def delete_arrived_addresses(tx: Tx, story: int, arrived: int) -> int:
    """Takes away the addresses that an import told at a moment; how many they were."""
    return tx.count("DELETE FROM story_address WHERE story = :story AND told_by = 'import' AND added = :arrived", story=story, arrived=arrived)


def decided_on(tx: Tx, story: int) -> bool:
    """Whether anybody but an importer has decided something about a story."""
    return tx.one("SELECT id FROM story_decision WHERE story = :story AND made_by <> 'import' LIMIT 1", story=story) is not None


def delete_story(tx: Tx, story: int) -> None:
    """Takes a story out that nothing else knows."""
    tx.run("DELETE FROM story_decision WHERE story = :story", story=story)
    tx.run("DELETE FROM story_address WHERE story = :story", story=story)
    tx.run("DELETE FROM story WHERE id = :story", story=story)
