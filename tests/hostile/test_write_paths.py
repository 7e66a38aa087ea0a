"""Hostile words through every field and way in: never a fault of ours, and wherever they stand afterwards they are words only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import pytest
from markupsafe import escape

from folkmoot.errors import Invalid
from folkmoot.people.names import clean_name
from tests.hostile import corpora
from tests.hostile.asking import Answer, House, get
from tests.hostile.shape import Shape, foreign_leads
from tests.hostile.talk import ON_A_PAGE, SITE, Said, Talk, careful, different, fresh_story
from tests.moot import Moot


@pytest.fixture
def talk(moot: Moot) -> Iterator[Talk]:
    house = House(moot.db)
    yield Talk(moot, house)
    house.close()


def some(step: int) -> list[str]:
    """Our own samples, and of the corpora, where they are, every so manieth."""
    return [*corpora.SAMPLES, *(islice(corpora.texts(), 0, None, step) if corpora.HOSTILE.exists() else ())]


def chunks(typed: Iterable[str], size: int = ON_A_PAGE) -> Iterator[list[str]]:
    left = iter(typed)
    while chunk := list(islice(left, size)):
        yield chunk


def fits_a_name(typed: str) -> bool:
    try:
        return bool(clean_name(typed))
    except Invalid:
        return False


# ── Words and names ──────────────────────────────────────────────────────────────────────────────────────────────────────


def say_all(talk: Talk, typed: list[str]) -> list[Said]:
    """Each as words, as name where it can be one, and as both in reply; what the text cannot be is still tried as a name. Gives the roots."""
    url, other = fresh_story(), fresh_story()
    said = talk.taken({"url": url, "text": each, "name": each if fits_a_name(each) else "Ada"} for each in typed)
    said += talk.taken({"url": other, "text": "Said in peace.", "name": each} for each in typed)
    talk.with_replies(said)
    return said


def through(talk: Talk, typed: Iterable[str]) -> int:
    """Posts, edits, reads back everywhere; how many comments were looked at."""
    looked = 0
    for chunk in chunks(typed):
        said = say_all(talk, chunk)
        talk.look_at_threads(said)
        edited = talk.edit([each for each in said if each.text != "Said in peace."], lambda each: f"{each.text}\n\nAnd once more: {each.text}")
        talk.look_at_threads(edited)
        talk.look_at_comments(edited)
        looked += len(said)
    return looked


def test_a_sample_of_hostile_words_and_names_are_words_on_every_surface(talk: Talk) -> None:
    assert through(talk, some(131)) > len(corpora.SAMPLES)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_every_hostile_word_and_name_is_words_on_every_surface(talk: Talk) -> None:
    step = 1 if talk.moot.db.engine == "sqlite" else 5
    assert through(talk, islice(corpora.texts(), 0, None, step)) * step > 10_000


# ── Titles, addresses, keys, mailboxes, parents ──────────────────────────────────────────────────────────────────────────


def titles(talk: Talk, typed: Iterable[str]) -> None:
    """A reader's title of a story that is new: on its page, in what search engines read, on the pages about its comment."""
    for chunk in chunks(typed, 200):
        said = talk.taken({"url": fresh_story(), "text": "Said in peace.", "name": "Ada", "title": each} for each in chunk)
        pages = talk.house.all([get("/thread", {"url": each.url}) for each in said])
        told = talk.house.all([get("/api/v1/thread", {"url": each.url}) for each in said])
        replies = talk.house.all([get(f"/comments/{each.id}/reply", cookie=each.token) for each in said])
        for page, answer, reply in zip(pages, told, replies, strict=True):
            title = answer.json()["story"]["title"] or answer.json()["story"]["url"]
            shape = talk.same_shape(talk.alone, page)
            assert shape.data[0]["headline"] == title  # type: ignore[index]
            assert escape(title) in page.text
            talk.same_shape(talk.harmless["reply"], reply)


def addresses(talk: Talk, typed: Iterable[str]) -> None:
    """As the story's address, whole and in each of its parts; what is taken leads to the newsroom and nowhere else."""
    around = ("{}", f"https://{SITE}/{{}}", f"https://{SITE}/?q={{}}", f"https://{SITE}/a#{{}}", f"https://{SITE}{{}}", "https://{}/")
    for chunk in chunks(typed, 50):
        urls = [each.format(text.replace("{", "")) for text in chunk for each in around]
        said = talk.taken({"url": url, "text": "Said in peace.", "name": "Ada"} for url in urls)
        look_at_addresses(talk, [each.url for each in said], new=False)
        empty = [url + "-nobody" for url in urls]
        look_at_addresses(talk, empty, new=True)
        for answer in talk.house.all(get(path, {"url": url}) for path in ("/api/v1/counts", "/api/v1/thread", "/api/v1/events") for url in empty):
            assert answer.status == 200 or 400 <= answer.status < 500, answer


def look_at_addresses(talk: Talk, urls: list[str], *, new: bool) -> None:
    """The pages of addresses; `new`: of stories without comments, or of no story that could be."""
    for url, page in zip(urls, talk.house.all([get("/thread", {"url": url}) for url in urls]), strict=True):
        careful(page)
        if page.status != 200:
            assert new and 400 <= page.status < 500, (url, page)
            refused(talk, page)
            continue
        shape = Shape(page.text)
        assert not foreign_leads(shape, SITE), (url, shape.leads)
        known = {tuple(each.around) for each in (talk.empty, talk.alone, talk.thread, talk.full)}
        assert tuple(shape.around) in known, different(talk.empty.around if new else talk.alone.around, shape.around)


def keys(talk: Talk, typed: Iterable[str]) -> None:
    """As the publisher's id of a story."""
    for chunk in chunks(dict.fromkeys(typed), 200):  # one that comes twice names the same story
        said = talk.taken({"url": fresh_story(), "text": "Said in peace.", "name": "Ada", "story": each} for each in chunk)
        for page in talk.house.all([get("/thread", {"url": each.url}) for each in said]):
            talk.same_shape(talk.alone, page)
        for page in talk.house.all([get("/thread", {"url": fresh_story(), "story": f"{each}-nobody"}) for each in chunk]):
            assert page.status == 200 or 400 <= page.status < 500, page
            talk.same_shape(talk.keyed, page) if page.status == 200 else refused(talk, page)


def refused(talk: Talk, page: Answer) -> None:
    """A page that says no: with the newsroom's name, or without where the address alone was too long to be read."""
    talk.same_shape(talk.unread if page.status == 400 and "The address is too long" in page.text else talk.refusal, page)


def mailboxes_and_parents(talk: Talk, typed: Iterable[str]) -> None:
    url = fresh_story()
    for chunk in chunks(typed, 200):
        talk.taken({"url": url, "text": "Said in peace.", "name": "Ada", "email": each} for each in chunk)
        assert talk.taken({"url": url, "text": "Said in peace.", "parent": each} for each in chunk) == []


FIELDS = (titles, addresses, keys, mailboxes_and_parents)


@pytest.mark.parametrize("field", FIELDS)
def test_a_sample_of_hostile_words_in_every_other_field_of_a_post_stays_words(talk: Talk, field: Callable[[Talk, Iterable[str]], None]) -> None:
    field(talk, some(1009)[::2])


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("field", FIELDS)
def test_every_hostile_word_in_every_other_field_of_a_post_stays_words(talk: Talk, field: Callable[[Talk, Iterable[str]], None]) -> None:
    field(talk, islice(corpora.texts(), 0, None, 1 if talk.moot.db.engine == "sqlite" else 10))
