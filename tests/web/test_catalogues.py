"""The catalogues hold every word that people read, and what is compiled is what stands in them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from itertools import combinations
from pathlib import Path

import pytest

from folkmoot.web.words import SPOKEN, in_words, translations

catalogues = import_module("folkmoot.locale.__main__")
SENTENCE = re.compile(r"[A-Z]\S* \S+ .*[.!?]", re.S)
FOR_OTHERS = {*catalogues.NOT_FOR_READERS, "doctor", "checks.py", "settings.py", "openapi.py"}
TECHNICAL = (  # what a CWC message lacks, keys of publishers, why of the command line
    "action/delivery/cwc.py", "people/signatures.py", "notes/explaining.py", "notes/recomputing.py", "discussion/export.py",
    "app.py",
)
PLACES = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


@pytest.fixture(scope="module")
def words() -> object:
    return catalogues.collect()


def test_the_words_of_the_program_stand_in_the_template(words: object) -> None:
    kept = catalogues.read("en", catalogues.HERE / "folkmoot.pot")
    assert {each.id for each in words} == {each.id for each in kept}, "run `make messages`"  # type: ignore[attr-defined]


@pytest.mark.parametrize(("language", "file"), list(catalogues.languages()), ids=lambda each: str(each)[-2:])
def test_each_language_can_say_everything(words: object, language: str, file: object) -> None:
    catalogue = catalogues.read(language, file)
    said = {each.id for each in catalogue if each.id}
    assert {each.id for each in words if each.id} <= said, "run `make messages`"  # type: ignore[attr-defined]
    assert catalogues.missing(catalogue) == []


@pytest.mark.parametrize(("language", "file"), list(catalogues.languages()), ids=lambda each: str(each)[-2:])
def test_what_is_compiled_is_what_is_written(language: str, file: object) -> None:
    assert file.with_suffix(".mo").read_bytes() == catalogues.compiled(catalogues.read(language, file))  # type: ignore[attr-defined]


@pytest.mark.parametrize(("language", "file"), list(catalogues.languages()), ids=lambda each: str(each)[-2:])
def test_a_translation_keeps_its_places(language: str, file: object) -> None:
    for each in catalogues.read(language, file):
        if each.id and isinstance(each.id, str):
            assert sorted(PLACES.findall(each.id)) == sorted(PLACES.findall(each.string)), each.id
        elif each.id:
            for form in each.string:
                assert set(PLACES.findall(form)) <= set(PLACES.findall(each.id[1])), form


def test_every_sentence_that_readers_can_meet_is_in_the_catalogues(words: object) -> None:
    known = {form for each in words for form in ([each.id] if isinstance(each.id, str) else each.id)}  # type: ignore[attr-defined]
    left_out = [f"{path}: {said}" for path in _for_readers() for said in _sentences(path) if said not in known]
    assert left_out == [], "put it through N_() or say(), or name its file among those that speak to operators and developers"


def _for_readers() -> Iterator[Path]:
    for path in sorted(catalogues.PACKAGE.rglob("*.py")):
        inside = path.relative_to(catalogues.PACKAGE).as_posix()
        if not set(inside.split("/")) & FOR_OTHERS and not inside.startswith((*catalogues.FOR_OPERATORS, *TECHNICAL)):
            yield path


def _sentences(path: Path) -> Iterator[str]:
    """What stands in a file as a constant and looks like a sentence, but for docstrings and lines of the log."""
    tree = ast.parse(path.read_text())
    unheard = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in ("info", "warning", "error", "exception"):
            unheard |= {id(each) for each in ast.walk(call)}
    for each in ast.walk(tree):
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and id(each) not in unheard and SENTENCE.fullmatch(each.value):
            yield each.value


def test_no_language_speaks_another() -> None:
    spoken = [{str(each.id): each.string for each in catalogues.read(language, file) if each.id} for language, file in catalogues.languages()]
    for one, other in combinations(spoken, 2):
        assert sum(one[words] == other[words] for words in one) < len(one) / 20


def test_arabic_counts_as_arabic_does() -> None:
    said = translations("ar").ngettext
    forms = [said("%(num)d comment", "%(num)d comments", number) for number in (0, 1, 2, 3, 11, 100)]
    assert forms == ["لا تعليقات", "تعليق واحد", "تعليقان", "%(num)d تعليقات", "%(num)d تعليقًا", "%(num)d تعليق"]


def test_arabic_says_errors_too() -> None:
    assert in_words("There is nothing at this address.", "ar") == "لا شيء في هذا العنوان."


def test_every_language_that_browsers_may_choose_has_a_catalogue() -> None:
    assert {"en", *(language for language, _ in catalogues.languages())} == set(SPOKEN)
