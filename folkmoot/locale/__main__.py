"""`make messages`: collects the words that people read into folkmoot.pot, brings each language's .po up to it, compiles .mo.

A new language is a new folder: folkmoot/locale/<language>/LC_MESSAGES/. Words come from templates (`_()`, `ngettext()`, `{% trans %}`)
and from Python: N_(), say(), say_many(), the first argument of whatever is raised, the reasons of rules, the names of orders.
Needs Babel, of the test group.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from folkmoot.sites.model import Policy

HERE = Path(__file__).parent
PACKAGE = HERE.parent
DOMAIN = "folkmoot"
RAISED = (
    "Away", "Conflict", "Fault", "Forbidden", "Invalid", "NotAllowed", "NotFound", "NotNow", "NotSignedIn", "Refused", "TooLarge", "TooSoon",
    "Unavailable", "Unfit", "Unreadable", "WrongType",
)  # fmt: skip
KEYWORDS: dict[str, Any] = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "N_": None, "say": None, "said": None,
                            "say_many": (1, 2)}  # fmt: skip
KEYWORDS |= dict.fromkeys(RAISED)
KEYWORDS |= {"Verdict": (3,), "Order": (2,)}  # pure files hold their words as constants
NOT_FOR_READERS = {"cli", "demo", "locale", "__pycache__"}
FOR_READERS = ("storage/refusals.py", "storage/repeats.py")  # all else in storage, and these files, speak to operators
FOR_OPERATORS = ("storage/", "settings.py", "mail.py", "work.py", "web/processes.py", "discussion/archive.py")
METHODS = [("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2"), ("**.py", "python")]
OPTIONS = {"**/templates/**.html": {"newstyle_gettext": "true", "silent": "false"}}
HOW = "Written by `make messages`; translate the empty ones, keep {names}, %(names)s and markup as they are."
SINCE = datetime(2026, 1, 1, tzinfo=UTC)  # files change with their words, not with the day


def collect() -> Catalog:
    """All words of the program, as they stand in its source."""
    found = Catalog(project="Folkmoot", version="", charset="utf-8", creation_date=SINCE, fuzzy=False)
    every = extract_from_dir(
        PACKAGE, METHODS, OPTIONS, KEYWORDS, ["i18n:"], strip_comment_tags=True,
        directory_filter=lambda path: Path(path).name not in NOT_FOR_READERS,
    )  # fmt: skip
    for file, _line, words, comments, context in every:
        if words and (file in FOR_READERS or not file.startswith(FOR_OPERATORS)):
            found.add(words, locations=[(file, None)], auto_comments=comments, context=context)  # type: ignore[list-item]
    for rule in Policy().guidelines:
        found.add(rule, locations=[("sites/model.py", None)])  # type: ignore[list-item]
    return found


def languages() -> Iterator[tuple[str, Path]]:
    """Each language and its .po file."""
    for folder in sorted(HERE.glob("*/LC_MESSAGES")):
        yield folder.parent.name, folder / f"{DOMAIN}.po"


def read(language: str, file: Path) -> Catalog:
    """A language's catalogue; an empty one where there is none yet."""
    if not file.exists():
        return Catalog(language, DOMAIN, project="Folkmoot", version="", charset="utf-8", creation_date=SINCE, fuzzy=False)
    with file.open("rb") as opened:
        return read_po(opened, language, DOMAIN)


def compiled(catalog: Catalog) -> bytes:
    """The bytes of the .mo file."""
    made = io.BytesIO()
    write_mo(made, catalog)
    return made.getvalue()


def written(catalog: Catalog) -> bytes:
    """The bytes of the .po or .pot file."""
    catalog.revision_date = SINCE
    catalog.header_comment = f"# Words of Folkmoot. {HOW}"
    catalog.last_translator = catalog.language_team = catalog.msgid_bugs_address = ""
    made = io.BytesIO()
    write_po(made, catalog, width=120, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
    return made.getvalue()


def missing(catalog: Catalog) -> list[str]:
    """The words that a language cannot say yet."""
    return [str(each.id) for each in catalog if each.id and (each.fuzzy or not all(_forms(each.string)))]


def _forms(string: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string or ("",))


def main() -> int:
    """Writes all files; 1 where a language lacks words."""
    words = collect()
    (HERE / f"{DOMAIN}.pot").write_bytes(written(words))
    lacking = 0
    for language, file in languages():
        catalog = read(language, file)
        catalog.update(words, no_fuzzy_matching=True)
        file.write_bytes(written(catalog))
        file.with_suffix(".mo").write_bytes(compiled(catalog))
        without = missing(catalog)
        lacking += len(without)
        print(f"{language}: {len(catalog) - len(without)} of {len(catalog)} words", *without, sep="\n  ", file=sys.stderr)
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
