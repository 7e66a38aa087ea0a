"""What reads like a threat waits for a person, in each language; anger, figures of speech and swimmers do not."""

from __future__ import annotations

import pytest

from folkmoot.action.threats import THREATS, has_threat
from folkmoot.storage.database import Database
from tests.action.guided import Guided

HELD = {
    "en": ("Open the lake or I will kill you.", "We're going to burn your house down", "You deserve to die for this.", "I know where you sleep"),
    "de": (
        "Ich werde Sie umbringen.", "Wir bringen dich um!", "Du wirst sterben.", "Sie gehören an die Wand gestellt", "Ich weiß, wo Sie wohnen.",
        "Ich erschieße dich", "Eine Kugel in den Kopf, das haben Sie verdient",
    ),
    "es": (
        "Te voy a matar.", "Vamos a quemarlos.", "Usted va a morir por esto", "Sé dónde vive usted", "Merece que le maten", "Un tiro en la nuca",
    ),
    "fr": (
        "Je vais vous tuer.", "On va te faire la peau", "Vous allez mourir !", "Je sais où vous habitez", "Vous méritez une balle",
        "Nous vous pendrons",
    ),
    "ar": ("سأقتلك إن أغلقت البحيرة", "سَوْفَ أَقْتُلُكَ", "ستموت قريبا", "أنت تستحق الموت", "أعرف أين تسكن", "رصاصة في رأسك"),
}  # fmt: skip
LET_BY = {
    "en": ("This rule kills the lake, and you will hear from us at the poll.", "You are killing our town. Shoot me an answer, please.",
           "I know where you stand.", "My husband will hang the sign up."),
    "de": ("Sie töten unsere Stadt mit dieser Regel.", "Ich weiß, wo Sie stehen.", "Das Gesetz muss sterben.", "Ich bringe Sie gern zum See.",
           "Wir werden Ihnen die Unterschriften aufhängen lassen, im Rathaus."),
    "es": ("Esta norma mata el lago.", "Sé dónde está el problema.", "La gente va a morir de hambre.", "Le voy a escribir cada semana."),
    "fr": ("Cette règle tue le lac.", "Vous allez mourir de rire : on vote encore.", "Je sais où vous voulez en venir.",
           "Je vais vous écrire chaque semaine."),
    "ar": ("هذا القرار يقتل البحيرة", "أعرف أين المشكلة", "ستموت الأسماك في البحيرة كل صيف", "نستحق الأفضل"),
}  # fmt: skip


def test_every_language_of_the_pages_has_its_list() -> None:
    from folkmoot.web.words import SPOKEN

    assert {*THREATS} == {*HELD} == {*LET_BY} == {*SPOKEN}


@pytest.mark.parametrize("language", HELD)
def test_a_threat_is_seen_in_each_language(language: str) -> None:
    assert [words for words in HELD[language] if not has_threat(f"Dear Mayor,\n\n{words}\n\nBo")] == []


@pytest.mark.parametrize("language", LET_BY)
def test_anger_is_let_by_in_each_language(language: str) -> None:
    assert [words for words in LET_BY[language] if has_threat(words)] == []


def test_a_threat_in_german_is_held_like_one_in_english(db: Database, now: int) -> None:
    guided = Guided(db, now)
    (letter,) = guided.send("imogen", words="Öffnen Sie den See wieder. Sonst werde ich Sie umbringen, und Ihre Kinder auch.")
    assert (letter.state, letter.frozen) == ("held", 1)
