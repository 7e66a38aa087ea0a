"""Names: people's own pass as they are, what cannot be seen goes, and nobody is taken for somebody else."""

from __future__ import annotations

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as some

from folkmoot.errors import Invalid
from folkmoot.people.names import MAX_STORED, clean_name, imitates, skeleton, skeletons
from tests.hostile import corpora

PEOPLE = (
    "Ada", "O’Brien", "Jean-Luc d'Aquitaine", "Dr. K. Müller-Lüdenscheidt", "Þórdís", "José Ñ", "Nguyễn Thị Hằng", "محمد علي", "Ελένη",
    "Мария Иванова", "สมชาย", "தமிழ்", "ლია", "한지우", "やまだ たろう", "ঐশ্বর্যা", "မောင်စိုး",
    "מֹשֶׁה", "علی‌رضا", "द्‍व", "Sofia 🌻", "👩‍🔬 Ines", "葛󠄀城", "X Æ A-12",
)  # fmt: skip
IMITATIONS = (
    "Moderator", "MODERATOR", "Mоderator", "Moder\u200bator", "Moderator\u3164", "𝐌𝐨𝐝𝐞𝐫𝐚𝐭𝐨𝐫", "ｍｏｄｅｒａｔｏｒ", "rnoderator", "Moderat0r",
    "M0D3R4T0R", "Moderator ✅", "Moderator™", "~Moderator~", "M.o.d.e.r.a.t.o.r", "Mod erator", "Modérator", "ᴍᴏᴅᴇʀᴀᴛᴏʀ", "🅼🅾🅳🅴🆁🅰🆃🅾🆁", "🇲🇴🇩🇪🇷🇦🇹🇴🇷",
    "Mødɇrɑtør", "Ꮇoderator", "Moder\u2066ator\u2069", "Mo\u0337derator", "Ⓜoderator", "Mode\u2800rator",
)  # fmt: skip


@pytest.mark.parametrize("name", PEOPLE)
def test_the_names_that_people_bear_pass_as_they_are(name: str) -> None:
    assert clean_name(name) == normalize("NFC", name)
    assert not imitates(name, ["Moderator", "Ines Holt"])


@pytest.mark.parametrize(("typed", "kept"), [
    ("  Ada   Lin ", "Ada Lin"), ("Ada\u00a0Lin\n", "Ada Lin"), ("Jose\u0301", "José"), ("A\u200bd\u00ada\ufeff", "Ada"), ("\u202eAda\u202c", "Ada"),
    ("Ada\u3164", "Ada"), ("\u200fعلي\u200f", "علي"), ("A\u200cda", "Ada"), ("Ada\ufe0f", "Ada"), ("علی\u200c", "علی"),
])  # fmt: skip
def test_what_cannot_be_seen_is_left_out(typed: str, kept: str) -> None:
    assert clean_name(typed) == kept


@pytest.mark.parametrize("typed", [
    "", " ", "\u200b\u200b", "\u202e", "\u2800\u2800", "\u3164", "a\nb", "a\tb", "Ada\x1b[31m", "a\x00b", "\u0300\u0301", "a" * 41, "á" * 41,
    "a" + "\u0300" * 4, "ก" + "\u0e34" * 5, "\ud800", "\ue000da", "🌻", "...", "Ada ✓", "Ada ☑️", "✅ Ada", "Ada 🛡️", "A⃝da", "Z" + "a\u0321\u0335" * 30,
    "a" * 10_000,
])  # fmt: skip
def test_what_is_no_name_is_refused_with_a_reason(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        clean_name(typed)
    assert refused.value.field == "name"
    assert refused.value.words.count(".") == 2


@given(some.text(max_size=60) | some.text(alphabet="aé\u0301\u200c\u200d\ufe0fعلک✓🌻 \u202e", max_size=12))
def test_a_cleaned_name_is_clean(typed: str) -> None:
    try:
        name = clean_name(typed)
    except Invalid:
        return
    assert clean_name(name) == name
    assert 1 <= len(name) <= MAX_STORED
    assert skeleton(name)
    assert name.isprintable() or any(sign in name for sign in "\u200c\u200d") or any(ord(sign) > 0xFFFF for sign in name)


@pytest.mark.parametrize("name", IMITATIONS)
def test_nobody_is_taken_for_a_moderator(name: str) -> None:
    assert imitates(name, ["Moderator"])


@pytest.mark.parametrize(("name", "staff"), [
    ("ΑΝΝΑ", "Anna"), ("Аnna", "ANNA"), ("МАРИЯ ИВАНОВА", "Мария Иванова"), ("Мapия Ивaнoвa", "МАРИЯ ИВАНОВА"),
    ("ΕΛΕΝΗ", "Ελένη"), ("Ελένη", "ΕΛΕΝΗ"),
    ("MoIIie", "Mollie"), ("VVilliam", "William"), ("5am", "Sam"), ("O'Brien", "OBrien"), ("I. Holt", "l holt"),
])  # fmt: skip
def test_case_and_script_are_no_disguise(name: str, staff: str) -> None:
    assert imitates(name, ["Somebody", staff])


@pytest.mark.parametrize(("name", "staff"), [
    ("Ada", "Adam"), ("Bo", "Bob"), ("Ines Holt", "Ines Bolt"), ("한지우", "한지수"), ("สมชาย", "สมหญิง"),
    ("कि", "का"), ("Ada Moderator", "Moderator"),
])  # fmt: skip
def test_names_that_differ_to_the_eye_differ(name: str, staff: str) -> None:
    assert not imitates(name, [staff])


def test_a_name_is_compared_with_all_forms_of_all_staff() -> None:
    assert skeleton("ines holt") in skeletons(["Bo", "Ines Holt"])
    assert skeletons([]) == frozenset()


def test_the_table_of_look_alikes_is_read_once_and_small() -> None:
    assert len({skeleton(letter) for letter in "аạａ𝒂ⓐᴀ@4"}) == 1
    assert len({skeleton(letter) for letter in "lI1|ǀ𝟏Ι"}) == 1


def test_every_confusable_of_the_sample_is_confused() -> None:
    missed = [pair for pair in corpora.confusables() if skeleton(pair["looks_like"]) != skeleton(pair["ascii"])]
    assert missed == []


def test_every_hostile_name_is_flagged_and_every_honest_one_passes() -> None:
    for case in corpora.own("display-name"):
        typed = case["input"]
        try:
            kept = clean_name(typed)
        except Invalid:
            kept = None
        if case["expect"] == "accept":
            assert kept == normalize("NFC", typed) and not imitates(typed, ["Moderator"]), case["id"]
        elif case["expect"] == "refuse":
            assert kept is None, case["id"]
        else:
            assert imitates(typed, ["Moderator"]) and (kept is None or imitates(kept, ["Moderator"])), case["id"]
