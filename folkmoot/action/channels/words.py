"""What the guide says, as plain text: for text messages, chats and the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from folkmoot.action.model_letters import Choice, Says
from folkmoot.web.words import in_words


def text_of(says: Iterable[Says], language: str, *, why: bool = True, buttons: bool = False) -> str:
    """All of it as one text, a paragraph for each thing said. buttons: the choices are pressed, so they are not listed."""
    return "\n\n".join(part for each in says if (part := _one(each, language, why, buttons)))


def _one(said: Says, language: str, why: bool, buttons: bool) -> str:
    lines = [in_words(said.words, language)]
    if said.letter:
        letter = said.letter
        lines = [f"{lines[0]}:", letter.subject, letter.body, f"{letter.home.name}, {', '.join(letter.home.lines)}"]
    if why and said.why:
        lines.append(in_words(said.why, language))
    if not buttons:
        lines += [_listed(choice, language) for choice in said.choices]
    return "\n".join(line for line in lines if line)


def _listed(choice: Choice, language: str) -> str:
    note = f" ({in_words(choice.note, language)})" if choice.note else ""
    key = choice.key if choice.key.isdigit() else choice.key.upper()
    return f"{key}: {in_words(choice.words, language)}{note}"


def choices_of(says: Iterable[Says]) -> tuple[Choice, ...]:
    """What may be pressed after all that was said: the last thing's choices."""
    return next((each.choices for each in reversed(tuple(says)) if each.choices), ())
