"""The docs are true: tables made from the code stand in them word for word, and every command they show exists.

`make tables` (python -m tests.test_docs) writes the tables again.
"""

from __future__ import annotations

import inspect
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
import pytest

from folkmoot import errors
from folkmoot.app import OPERATIONS
from folkmoot.cli import folkmoot
from folkmoot.settings import KEYS
from folkmoot.sites.snippet import snippet
from folkmoot.web import openapi
from folkmoot.web.problems import KINDS

ROOT = Path(__file__).parent.parent
PAGES = {page.relative_to(ROOT).as_posix(): page for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]}


def settings_table() -> Iterator[str]:
    yield "| key | kind | default | why |\n|---|---|---|---|"
    for path, key in KEYS.items():
        yield f"| `{path}` | {key.kind.replace('|', 'or')} | `{msgspec.json.encode(key.default).decode()}` | {key.reason} |"


def commands_table() -> Iterator[str]:
    yield "| command | what it does |\n|---|---|"
    for name, command in commands():
        yield f"| `folkmoot {name}` | {command.get_short_help_str(200)} |"


def problems_table() -> Iterator[str]:
    yield "| `type` | status | title | what it means |\n|---|---|---|---|"
    for kind in KINDS.values():
        yield f"| `/problems/{kind.name}` | {kind.status} | {kind.title} | {kind.meaning} |"


def errors_table() -> Iterator[str]:
    yield "| class | what the caller can do |\n|---|---|"
    for name, each in inspect.getmembers(errors, inspect.isclass):
        if issubclass(each, errors.Problem):
            yield f"| `{name}` | {(each.__doc__ or '').splitlines()[0]} |"


def operations_table() -> Iterator[str]:
    yield "| request | what it does |\n|---|---|"
    for path, methods in openapi.build(OPERATIONS)["paths"].items():
        for method, operation in methods.items():
            yield f"| `{method.upper()} {path}` | {operation['summary']} |"


TABLES = {
    "settings": ("docs/operating.md", settings_table), "commands": ("docs/operating.md", commands_table),
    "problems": ("docs/problems.md", problems_table), "errors": ("docs/problems.md", errors_table), "operations": ("docs/api.md", operations_table),
}  # fmt: skip


def commands(group: click.Group = folkmoot, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """(name with its nouns, command) of every command."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        else:
            yield before + name, command


def filled(name: str, text: str) -> str:
    """A page's text with one table made again."""
    table = "\n".join(TABLES[name][1]())
    return re.sub(rf"(?s)<!-- {name} -->.*?<!-- end -->", lambda _: f"<!-- {name} -->\n{table}\n<!-- end -->", text, count=1)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_in_the_docs_says_what_the_code_says(name: str) -> None:
    text = (ROOT / TABLES[name][0]).read_text("utf-8")
    assert f"<!-- {name} -->" in text
    assert filled(name, text) == text, "run `make tables`"


def shown_commands() -> Iterator[tuple[str, str]]:
    """(page, command line) of every `folkmoot …` that a page shows, in blocks or between backticks."""
    for page, file in PAGES.items():
        text = file.read_text("utf-8")
        for block in re.findall(r"(?s)```sh\n(.*?)```", text):
            yield from ((page, re.split(r"\s+#\s", line)[0]) for line in block.splitlines() if line.startswith("folkmoot "))
        yield from ((page, line) for line in re.findall(r"`(folkmoot [^`]+)`", re.sub(r"(?s)```.*?```", "", text)))


@pytest.mark.parametrize(("page", "line"), sorted(set(shown_commands())))
def test_a_command_in_the_docs_exists_with_its_options(page: str, line: str) -> None:
    command: click.Command = folkmoot
    words = shlex.split(line.replace("…", ""))[1:]
    while words and isinstance(command, click.Group):
        assert words[0] in command.commands, f"{page}: {line}"
        command = command.commands[words.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known, f"{page}: {line}"


@pytest.mark.parametrize(("page", "key"), [("README.md", None), ("docs/embedding.md", "4711")])
def test_the_snippet_in_the_docs_is_the_one_that_is_printed(page: str, key: str | None) -> None:
    assert f"```html\n{snippet('https://talk.news.example', 'https://news.example/lake', key)}\n```" in PAGES[page].read_text("utf-8")


def test_every_link_between_the_pages_leads_somewhere() -> None:
    for file in PAGES.values():
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", file.read_text("utf-8")):
            assert (file.parent / target).exists(), f"{file.name} -> {target}"


def test_every_link_to_a_heading_finds_it() -> None:
    for file in PAGES.values():
        for target, mark in re.findall(r"\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)", file.read_text("utf-8")):
            told = re.findall(r"^#+ (.*)$", (file.parent / target if target else file).read_text("utf-8"), re.M)
            heads = {re.sub(r"[^\w -]", "", each.strip().lower()).replace(" ", "-") for each in told}
            assert mark in heads, f"{file.name} -> {target}#{mark}"


def test_every_file_that_the_docs_name_is_there() -> None:
    for page, file in PAGES.items():
        for name in re.findall(r"`(folkmoot/[\w/]+\.(?:py|js|css|sql))`", file.read_text("utf-8")):
            assert (ROOT / name).exists(), f"{page}: {name}"


def test_every_make_target_that_the_docs_name_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    for page, file in PAGES.items():
        named = re.findall(r"`make (\w+)", file.read_text("utf-8"))
        assert set(named) <= targets, page


def test_every_command_shows_an_example() -> None:
    for name, command in commands():
        assert f"folkmoot {name}" in (command.help or "").split("\b")[-1], name


if __name__ == "__main__":
    for table, (page, _) in TABLES.items():
        (ROOT / page).write_text(filled(table, (ROOT / page).read_text("utf-8")), "utf-8")
