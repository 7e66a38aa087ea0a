"""Where talk comes from: one file per source. What is in FORMATS is what the command line offers, and what `auto` looks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from folkmoot.discussion.importers import (
    commento,
    disqus,
    folkmoot,
    generic_csv,
    generic_json,
    isso,
    plain_text,
    remark42,
    wordpress,
)
from folkmoot.discussion.importers.files import Archive
from folkmoot.discussion.importers.model import Imported
from folkmoot.errors import Invalid


class Format(Struct, frozen=True):
    """A source. name: what the command line calls it, and what its keys are kept under. knows: by a file's first bytes.

    unit: what a number in the report counts. paths: its addresses are paths, so its keys are kept apart by host. one_story: its
    files hold one story and no address, so that --story must say it. read is None for our own export, whose rows come home as they
    are (discussion/homecoming.py).
    """

    name: str
    title: str
    knows: Callable[[bytes], bool]
    read: Callable[[Archive], Iterator[Imported]] | None
    one_story: bool = False
    unit: str = "line"
    paths: bool = False


FORMATS = (
    Format("disqus", "Disqus (XML)", disqus.knows, disqus.read),
    Format("wordpress", "WordPress (WXR, also in several files)", wordpress.knows, wordpress.read),
    Format("isso", "Isso (its SQLite file)", isso.knows, isso.read, unit="row", paths=True),
    Format("remark42", "Remark42 (a backup)", remark42.knows, remark42.read),
    Format("commento", "Commento (JSON)", commento.knows, commento.read),
    Format("folkmoot", "Folkmoot's own export (JSON Lines)", folkmoot.knows, None),
    Format("json", "stories and comments as JSON (docs/importing.md)", generic_json.knows, generic_json.read),
    Format("csv", "comments as a table (docs/importing.md)", generic_csv.knows, generic_csv.read),
    Format("text", "an archived page (plain text)", plain_text.knows, plain_text.read, one_story=True),
)


def format_of(archive: Archive, asked: str = "auto") -> Format:
    """The format that was asked for, or the one that a file begins like. Raises Invalid where there is none."""
    if asked == "auto":
        head = archive.head()
        found = next((each for each in FORMATS if each.knows(head)), None)
        if found is None:
            known = "; ".join(f"{each.name}: {each.title}" for each in FORMATS)
            raise Invalid(f"{archive.name} is of no kind that is known here. Known are {known}. Say which with --format.", "unknown_format", "format")
        return found
    found = next((each for each in FORMATS if each.name == asked), None)
    if found is None:
        raise Invalid(f"There is no format {asked!r}. There are: {', '.join(each.name for each in FORMATS)}.", "unknown_format", "format")
    return found
