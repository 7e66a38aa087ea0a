"""A note as a W3C Web Annotation (JSON-LD, anno.jsonld)."""

from __future__ import annotations

from folkmoot.notes.model import Note
from folkmoot.web.words import machine

_MOTIVES = {"wrong": "assessing", "missing": "commenting", "outdated": "assessing"}


def annotation(note: Note, story: str, origin: str) -> dict[str, object]:
    """The note's annotation. story: the address of what it is about; origin: ours."""
    live = note.state == "open"
    target: dict[str, object] = {"source": f"{origin}/c/{note.comment}" if note.comment else story}
    if note.passage.exact and live:
        target["selector"] = _selectors(note)
        if note.found in ("gone", "changed"):
            target["state"] = {"type": "TimeState", "sourceDate": machine(note.proposed)}
    body: list[object] = [{"type": "TextualBody", "value": note.text, "format": "text/plain", "purpose": _MOTIVES[note.kind]}] if live else []
    body += [{"type": "SpecificResource", "source": source.url, "purpose": "linking"} for source in note.sources if live]
    return {
        "@context": ["http://www.w3.org/ns/anno.jsonld", {"folkmoot": "https://folkmoot.example/ns#"}],
        "id": f"{origin}/notes/{note.id}", "type": "Annotation", "motivation": _MOTIVES[note.kind],
        "created": machine(note.proposed), "modified": machine(note.ruled or note.graded), "body": body, "target": target,
        **({"creator": {"type": "Person", "name": note.name}} if live and note.name else {}),
        "folkmoot:status": note.ruling or note.grade, "folkmoot:revision": note.number,
    }  # fmt: skip


def _selectors(note: Note) -> list[dict[str, object]]:
    quote: dict[str, object] = {"type": "TextQuoteSelector", "exact": note.passage.exact}
    quote |= {name: words for name, words in (("prefix", note.passage.prefix), ("suffix", note.passage.suffix)) if words}
    if note.place is None:
        return [quote]
    return [quote, {"type": "TextPositionSelector", "start": note.place, "end": note.place + len(note.passage.exact)}]
