"""Ways to an official: paper in nine scripts without a box, mail whose headers hold, links, and messages to Congress. Hostile text in every field."""

from __future__ import annotations

import io
import shutil
from contextlib import suppress
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from pypdf import PdfReader

from folkmoot import mail
from folkmoot.action.delivery import cwc, fonts, layout, mailto, option_for, paper
from folkmoot.action.delivery import email as by_mail
from folkmoot.action.delivery.model import Letter
from folkmoot.action.homes import one_line, read_home
from folkmoot.action.model_letters import Home
from folkmoot.action.steps import clean_body
from folkmoot.cli import run
from folkmoot.errors import Invalid
from folkmoot.settings import Letters, Mail, Settings
from tests.action.guided import ASK, DESI, HOME, OTTO, WORDS

SETTINGS = Settings(mail=Mail(host="mail.example", sender="guide@news.example"), letters=Letters(email=True))
LETTER = Letter("0123456789abcdef" * 2, OTTO, read_home(HOME, Home()), ASK, WORDS, 1_780_000_000_000, "The News", "ada@mail.example", "https://talk.example/guide")
SCRIPTS = {
    "Latin": "Žluťoučký kůň přeplaval jezero, größer als Ærø.", "Greek": "Η λίμνη ανήκει σε όλους μας και στα παιδιά μας.",
    "Cyrillic": "Озеро принадлежит всем нам и нашим детям.", "Armenian": "Լիճը պատկանում է բոլորիս և մեր երեխաներին։",
    "Georgian": "ტბა ეკუთვნის ყველა ჩვენგანს და ჩვენს შვილებს.", "Hebrew": "האגם שייך לכולנו ולילדינו, בלי גדר.",
    "Arabic": "البحيرة لنا جميعا ولأطفالنا، من دون سياج.", "Lao": "ທະເລສາບເປັນຂອງພວກເຮົາທຸກຄົນ",
    "Tifinagh": "ⴰⴳⵍⵎⴰⵎ ⵉⴳⴰ ⵡⵉⵏⵏⵖ ⴰⴽⴽⵯ",
}  # fmt: skip
HOSTILE = (
    "\r\nBcc: everybody@mail.example", "#import \"/etc/passwd\": *", "$ x $ `raw` *bold* _it_ @label <l>", "<script>alert(1)</script>",
    "\u202eright to left\u202c",
    "\x00\x07\x1b[2J", "a\u2028b\u2029c", "'; DROP TABLE letter; --", "=?utf-8?q?=0d=0aBcc:_x?=", "x" * 300, "%0d%0aBcc:x", "{{7*7}}", "\ud7ff\ufffe",
)  # fmt: skip


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_letter_in_each_script_has_no_box(script: str) -> None:
    made = paper.make(replace(LETTER, subject=SCRIPTS[script][:20], body=f"{SCRIPTS[script]}\n\n{WORDS}"))
    assert made.lacking == ()
    pdf = PdfReader(io.BytesIO(made.pdf))
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]
    glyphs = [font for page in pdf.pages for font in page["/Resources"]["/Font"].values()]
    assert glyphs
    text = "".join(page.extract_text() for page in pdf.pages)
    assert "\ufffd" not in text
    assert "daughters" in text


def test_a_letter_of_the_alphabet_that_no_font_has_is_named_and_nothing_is_set() -> None:
    made = paper.make(replace(LETTER, body=f"{WORDS} 湖"), ())
    fitted = fonts.fit("湖")
    assert (made.pdf == b"") == bool(fitted.lacking)
    assert made.lacking == fitted.lacking
    assert fonts.fit("\U0010fffd").lacking == ("\U0010fffd",)


def test_a_long_letter_goes_over_pages_and_names_itself_on_each() -> None:
    pdf = PdfReader(io.BytesIO(paper.make(replace(LETTER, body="\n\n".join([WORDS] * 40))).pdf))
    assert len(pdf.pages) > 2
    assert all("guide of The News" in page.extract_text() for page in pdf.pages)
    assert pdf.metadata is not None
    assert pdf.metadata.author == "Imogen Sarkis"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_every_field_stays_text(text: str) -> None:
    line, body = one_line(text) or "x", clean_body(f"{text}\n\n{text} more words")
    home = Home(line, line, line, "MR", "00417")
    letter = replace(LETTER, subject=line, body=body, home=home, to=replace(OTTO, name=line, office=line, post=(line, line)), site=line)
    with suppress(mail.Refused):  # what would smuggle a header in is not sent at all, and its writer is told
        message = message_from_bytes(by_mail.message(letter, SETTINGS).as_bytes(), policy=policy.default)
        assert str(message["To"]) == "otto@council.example"
        assert [name for name in message.keys() if name not in ALLOWED] == []  # noqa: SIM118 -- a message is no dict
    made = paper.make(letter)
    assert made.pdf or made.lacking
    if made.pdf:
        assert len(PdfReader(io.BytesIO(made.pdf)).pages) >= 1
    link, _ = mailto.link(letter)
    assert set(parse_qs(urlsplit(link).query)) <= {"subject", "body"}
    assert not any(ord(letter) < 32 for letter in link)


ALLOWED = {"Subject", "From", "To", "Reply-To", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"}


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_whatever_is_typed_the_mail_has_its_headers_and_72_columns(text: str) -> None:
    subject, body = one_line(text) or "x", clean_body(text) or "x"
    letter = replace(LETTER, subject=subject, body=body, home=Home(one_line(text) or "x", "1 Road", "Town", "", "1"))
    try:
        message = by_mail.message(letter, SETTINGS)
    except mail.Refused:
        return
    assert set(message.keys()) <= ALLOWED
    assert all(layout.width(line) <= 72 or " " not in line.strip() for line in layout.plain(letter).splitlines())


def test_who_publishes_no_address_gets_paper_and_with_mail_off_so_does_everybody() -> None:
    assert option_for(OTTO, SETTINGS).way == "email"
    assert option_for(DESI, SETTINGS).way == "paper"
    assert option_for(OTTO, replace(SETTINGS, letters=Letters())).way == "paper"
    assert option_for(OTTO, replace(SETTINGS, mail=Mail())).way == "paper"


def test_a_letter_made_of_a_template_says_so_on_paper_and_in_mail() -> None:
    assert "from a template" in layout.plain(replace(LETTER, template=True))
    assert "from a template" not in layout.plain(LETTER)


SAMPLE = """<?xml version="1.0" encoding="UTF-8"?>
<CWC>
<CWCVersion>2.0</CWCVersion>
<Delivery>
<DeliveryId>0123456789abcdef0123456789abcdef</DeliveryId>
<DeliveryDate>20261123</DeliveryDate>
<DeliveryAgent>Example Civic Society</DeliveryAgent>
<DeliveryAgentAckEmailAddress>ack@example.org</DeliveryAgentAckEmailAddress>
<DeliveryAgentContact>
<DeliveryAgentContactName>Example Contact</DeliveryAgentContactName>
<DeliveryAgentContactEmail>contact@example.org</DeliveryAgentContactEmail>
<DeliveryAgentContactPhone>202-555-0142</DeliveryAgentContactPhone>
</DeliveryAgentContact>
<CampaignId>rain-rule-pro</CampaignId>
</Delivery>
<Recipient>
<MemberOffice>SNY01</MemberOffice>
</Recipient>
<Constituent>
<Prefix>Ms.</Prefix>
<FirstName>Jane</FirstName>
<LastName>Doe</LastName>
<Address1>350 5th Ave</Address1>
<City>New York</City>
<StateAbbreviation>NY</StateAbbreviation>
<Zip>10118</Zip>
<Email>jane.doe@example.org</Email>
</Constituent>
<Message>
<Subject>Please vote for the rain rule</Subject>
<LibraryOfCongressTopics>
<LibraryOfCongressTopic>Environmental Protection</LibraryOfCongressTopic>
</LibraryOfCongressTopics>
<ConstituentMessage>As a swimmer I see the lake every day.</ConstituentMessage>
</Message>
</CWC>
"""


def test_a_right_message_to_congress_has_no_faults(tmp_path: Path) -> None:
    assert cwc.check(SAMPLE.encode()) == []
    file = tmp_path / "message.xml"
    file.write_text(SAMPLE)
    assert run(["letters", "check", str(file)]) == 0
    file.write_text(SAMPLE.replace("SNY01", "SNY09"))
    assert run(["letters", "check", str(file)]) == 1
    assert run(["letters", "check", str(tmp_path / "none.xml")]) == 1
    theirs = Path(__file__).parents[3] / "shared/data/cwc/sample-message.xml"
    if theirs.exists():
        assert run(["letters", "check", str(theirs)]) == 0


@pytest.mark.parametrize(("old", "new", "element"), [
    ("SNY01", "HNY12", None), ("SNY01", "XNY12", "MemberOffice"), ("Ms.", "Mx.", "Prefix"), ("Environmental Protection", "Lakes",
    "LibraryOfCongressTopic"),
    ("<Zip>10118</Zip>", "<Zip>1011</Zip>", "Zip"), ("<City>New York</City>\n", "", "City"), ("20261123", "20261323", "DeliveryDate"),
    ("0123456789abcdef0123456789abcdef", "short", "DeliveryId"), ("</Prefix>\n<FirstName>", "</Prefix><FirstName>", "FirstName"),
    ("every day.", "every day, from 350 5th Ave.", "ConstituentMessage"), ("<LastName>Doe</LastName>\n",
    "<LastName>Doe</LastName>\n<LastName>Roe</LastName>\n", "LastName"),
    ("<StateAbbreviation>NY", "<StateAbbreviation>ZZ", "StateAbbreviation"), ("rain rule</Subject>", "rain rule</Subject>\n<Extra>1</Extra>",
    "Extra"),
    ("<FirstName>Jane</FirstName>\n<LastName>Doe</LastName>", "<LastName>Doe</LastName>\n<FirstName>Jane</FirstName>", "Constituent"),
])  # fmt: skip
def test_each_rule_finds_its_fault(old: str, new: str, element: str | None) -> None:
    assert old in SAMPLE
    faults = cwc.check(SAMPLE.replace(old, new).encode())
    assert [fault.element for fault in faults][:1] == ([element] if element else [])


@pytest.mark.parametrize("raw", [b"", b"<CWC>", b"not xml", b'<!DOCTYPE a [<!ENTITY b "c">]><CWC>&b;</CWC>', b"<CWC/>" + b" " * (1 << 20)])
def test_what_is_no_message_gets_one_sentence(raw: bytes) -> None:
    with pytest.raises(Invalid):
        cwc.check(raw)


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="pdftoppm is not installed (Debian: apt install poppler-utils)")
def test_the_address_lies_in_the_window_of_the_envelope(tmp_path: Path) -> None:
    import subprocess

    (tmp_path / "letter.pdf").write_bytes(paper.make(LETTER).pdf)
    box = ["-x", "20", "-y", "45", "-W", "95", "-H", "40", "-r", "25.4"]  # millimetres
    said = subprocess.run(["pdftotext", *box, str(tmp_path / "letter.pdf"), "-"], capture_output=True, text=True, check=True).stdout
    assert "Council Member Otto Marsh" in said
    assert "Ostley, MR 00417" in said
    assert "Sincerely" not in said
