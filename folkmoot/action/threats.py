"""Whether a letter reads like a threat of violence: then a person looks at it before it can go. Pure.

A net with wide meshes, a list of its own for each language: it holds what is plainly said to somebody, and lets anger, figures of speech and what
is said of third things go by. Every list is tried on every letter, for people write in the language that they like. To add a language, add its
list, and examples to tests/action/test_threats.py, of letters that are held and of angry ones that are not.
"""

from __future__ import annotations

import re
import unicodedata

# language -> patterns over a text in small letters, its marks of vowels (Arabic) left out, its words parted by one space.
THREATS: dict[str, tuple[str, ...]] = {
    "en": (
        r"\b(?:i|we)(?:'ll| will| shall| am going to|'m going to| are going to|'re going to|'m gonna|'re gonna)\s+(?:\w+\s+){0,3}?"
        r"(?:kill|shoot|murder|hang|stab|behead|bomb|burn (?:you|down|your)|hurt you|hunt you|find you and)\b",
        r"\b(?:kill|shoot|murder|hang|behead|lynch)\s+(?:you|your (?:family|wife|husband|children|kids|son|daughter))\b",
        r"\byou(?:'ll| will| should| deserve to| are going to)\s+(?:\w+\s+){0,2}?(?:die|hang|be shot|be hanged|be killed|bleed|burn in)\b",
        r"\bi know where you (?:live|sleep)\b", r"\b(?:bullet|knife)\s+(?:in|through|to)\s+your\b", r"\bwatch your back\b",
        r"\bput (?:a )?bomb\b",
    ),
    "de": (  # with ss, as small letters are compared
        r"\b(?:ich|wir)\s+(?:werden?\s+)?(?:\w+\s+){0,2}?(?:dich|sie|euch)\s+(?:\w+\s+){0,3}?"
        r"(?:umbringen|töten|erschiessen|erstechen|aufhängen|abstechen|abknallen|totschlagen)\b",
        r"\bwerden?\s+(?:ich|wir)\s+(?:dich|sie|euch)\s+(?:\w+\s+){0,3}?(?:umbringen|töten|erschiessen|erstechen|aufhängen|abknallen)\b",
        r"\b(?:ich|wir)\s+(?:bringen?|knallen?|stechen?|schlagen?)\s+(?:dich|euch|sie)(?:\s+\w+){0,3}?\s+(?:um|ab|tot)\b",
        r"\b(?:ich|wir)\s+(?:töten?|erschiessen?)\s+(?:dich|euch|sie)\b",
        r"\b(?:du wirst|sie werden|ihr werdet)\s+(?:\w+\s+){0,3}?(?:sterben|hängen|bluten|erschossen werden|umgebracht)\b",
        r"\b(?:du gehörst|sie gehören|ihr gehört)\s+(?:\w+\s+){0,2}?(?:erschossen|aufgehängt|gehängt|aufgeknüpft|an die wand)\b",
        r"\bich weiss,? wo (?:du|sie|ihre kinder|deine kinder)\s*(?:\w+\s+)?(?:wohnst|wohnen|schläfst|schlafen)\b",
        r"\bkugel in (?:den|deinen|ihren) kopf\b", r"\bbombe (?:legen|hochgehen|zünden)\b",
    ),
    "es": (
        r"\b(?:te|le|les|los|las|os) (?:voy|vamos) a (?:matar|disparar|degollar|apuñalar|colgar|quemar|pegar un tiro|meter un tiro)\b",
        r"\b(?:voy|vamos) a (?:matar|disparar|degollar|apuñalar|colgar|quemar)(?:te|le|les|los|os|lo|la)\b",
        r"\b(?:te|le|les|os) (?:mataré|mataremos|dispararé|colgaremos)\b",
        r"\b(?:vas|va|van) a (?:morir|pagar con (?:la|tu|su) vida|sangrar)\b(?! de hambre)",
        r"\b(?:mereces?|merecen|merece usted) (?:morir|la muerte|que te maten|que le maten|que te cuelguen|un tiro)\b",
        r"\bs[eé] d[oó]nde (?:vives?|viven|duermes?|duermen)\b", r"\b(?:bala|tiro) en (?:la|tu|su) (?:cabeza|nuca|frente)\b",
        r"\bponer(?:te|le|les)? una bomba\b",
    ),
    "fr": (
        r"\b(?:je|nous|on) (?:vais|allons|va) (?:te|vous) (?:\w+ )?"
        r"(?:tuer|abattre|égorger|poignarder|pendre|brûler|descendre|buter|crever|faire la peau)\b",
        r"\b(?:je|nous|on) (?:te|vous) (?:tuerai|tuerons|tuera|abattrai|abattrons|pendrai|pendrons|égorgerai)\b",
        r"\b(?:tu vas|vous allez) (?:\w+ )?(?:mourir|crever|saigner|y passer)\b(?! de (?:rire|faim))",
        r"\b(?:tu mérites|vous méritez) (?:de (?:mourir|crever)|la mort|d'être (?:tuée?|abattue?|pendue?)s?|une balle)\b",
        r"\bje sais où (?:tu (?:habites|vis|dors)|vous (?:habitez|vivez|dormez))\b", r"\bballe dans (?:la|ta|votre) tête\b",
        r"\b(?:poser|mettre) une bombe\b",
    ),
    "ar": (
        r"\b(?:سوف |س)?(?:أ|ا|ن)?(?:قتلك|قتلكم|ذبحك|ذبحكم|حرقك|حرقكم|شنقك|شنقكم|طعنك)\b", r"\bس(?:أ|ا|ن)(?:قتل|ذبح|شنق|حرق|طعن)\S*ك",
        r"\b(?:سوف |س)(?:تموت|تموتون|تموتين)\b(?! ال)",
        r"\bتستحق(?:ون)? (?:الموت|القتل|الشنق|الإعدام|الاعدام)\b",
        r"\b(?:أعرف|اعرف|أعلم|اعلم|نعرف) (?:أين|اين) (?:تسكن|تعيش|تنام|بيتك|تسكنون|تعيشون)\b", r"\bرصاصة في (?:رأسك|راسك|رؤوسكم)\b",
        r"\b(?:سأضع|ساضع|سنضع|نضع) قنبلة\b",
    ),
}  # fmt: skip
_PATTERNS = tuple(re.compile(words) for patterns in THREATS.values() for words in patterns)
_VOWELS = re.compile("[\u064b-\u065f\u0670\u0640]")  # and the stretch


def has_threat(text: str) -> bool:
    """Whether a text reads like a threat, in any of the languages."""
    said = " ".join(_VOWELS.sub("", unicodedata.normalize("NFKC", text)).replace("’", "'").casefold().split())
    return any(each.search(said) for each in _PATTERNS)
