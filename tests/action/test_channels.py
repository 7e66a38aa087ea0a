"""Text messages and Messenger: what the providers' own code signs is heard, anything else is not; each message has one effect."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from msgspec.structs import replace
from twilio.request_validator import RequestValidator

from folkmoot.action import actions, chats, duties, letters, representatives, store_chats, talks
from folkmoot.action.channels import CHATS, messenger, twilio
from folkmoot.action.delivering import letter_of
from folkmoot.action.delivery import email
from folkmoot.action.model import Draft
from folkmoot.action.segments import segments, simpler
from folkmoot.app import create_app
from folkmoot.people import phones
from folkmoot.people.model import COMMAND
from folkmoot.settings import Messenger, Outbound, Server, Sms
from folkmoot.storage.database import Database
from tests.action.guided import DAY, HOME, WORDS, Guided, words_of
from tests.web.stand import Client

ACCOUNT, TOKEN = "AC" + "0" * 32, "a token of the account"
NUMBER, ADA = "+12025550100", "+12125550142"
HERE = "https://talk.example"


class Provider:
    """A provider of messages on loopback: strict about what it takes, and says what it is told to."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.status, self.answer = 201, {"sid": "SM1"}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append(outer.read(self.path, dict(self.headers), raw))
                body = json.dumps(outer.answer).encode()
                self.send_response(outer.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign] -- whoever gave up waiting
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def read(self, path: str, headers: dict[str, str], raw: bytes) -> dict[str, Any]:
        if "Messages.json" in path:
            assert path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
            assert headers["Authorization"].startswith("Basic ")
            fields = {name: values[0] for name, values in parse_qs(raw.decode(), strict_parsing=True).items()}
            assert fields["From"] == NUMBER
            assert len(fields["Body"]) <= 1_600
            return fields
        assert path == "/v23.0/me/messages"
        assert headers["Authorization"] == "Bearer page-token"
        given: dict[str, Any] = json.loads(raw)
        assert given["messaging_type"] == "RESPONSE"
        assert len(given["message"]["text"]) <= 2_000
        assert all(len(each["title"]) <= 20 for each in given["message"].get("quick_replies", []))
        return given

    @property
    def texts(self) -> list[str]:
        return [each["Body"] if "Body" in each else each["message"]["text"] for each in self.got]


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    yield made
    made.server.shutdown()
    made.server.server_close()


class Phone:
    """A newsroom with both channels, and people who write to it."""

    def __init__(self, db: Database, now: int, provider: Provider) -> None:
        self.guided = Guided(db, now)
        self.provider = provider
        host = provider.base.removeprefix("http://")
        self.guided.settings = replace(
            self.guided.settings, server=Server(public_url=HERE), outbound=Outbound(allow=(host,)),
            sms=Sms(account=ACCOUNT, token=TOKEN, number=NUMBER, base=provider.base),
            messenger=Messenger(token="page-token", secret="app-secret", verify="our word", base=f"{provider.base}/v23.0"),
        )  # fmt: skip
        self.client = Client(create_app(self.guided.settings, db))
        self.number = 0

    def texts(self, body: str, sender: str = ADA, sid: str = "", **headers: str) -> int:
        """A text message, signed as Twilio's own code signs."""
        self.number += 1
        fields = {"MessageSid": sid or f"SM{self.number:032x}", "AccountSid": ACCOUNT, "From": sender, "To": NUMBER, "Body": body, "NumMedia": "0"}
        signed = RequestValidator(TOKEN).compute_signature(f"{HERE}/hooks/twilio", fields)
        given = {"X-Twilio-Signature": signed, "Content-Type": "application/x-www-form-urlencoded"} | headers
        status = self.client.post("/hooks/twilio", content=urlencode(fields), headers=given).status_code
        self.run()
        return status

    def run(self) -> None:
        """The worker sends what waits for chats."""
        chats._resting.clear()
        self.guided.now = max(self.guided.now, now_of())
        self.guided.work()

    def writes(self, text: str, sender: str = "4711", mid: str = "", secret: str = "app-secret") -> int:
        """A message on Messenger, signed over its raw bytes as Meta does (escaped Unicode)."""
        self.number += 1
        event = {"sender": {"id": sender}, "timestamp": 1, "message": {"mid": mid or f"m_{self.number}", "text": text}}
        raw = json.dumps({"object": "page", "entry": [{"id": "1", "time": 1, "messaging": [event]}]}).encode()
        signed = "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
        status = self.client.post("/hooks/messenger", content=raw, headers={"X-Hub-Signature-256": signed,
        "Content-Type": "application/json"}).status_code
        self.run()
        return status

    def rows(self, sql: str) -> list[Any]:
        return self.guided.db.read_now(lambda tx: tx.rows(sql))


def now_of() -> int:
    from folkmoot.web.kit import clock

    return clock()


@pytest.fixture
def phone(db: Database, now: int, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> Phone:
    made = Phone(db, now, provider)
    monkeypatch.setattr(representatives, "finder", lambda settings: made.guided.find)
    return made


def test_a_talk_by_text_message_leads_to_a_letter(phone: Phone) -> None:
    assert phone.texts("WRITE") == 200
    assert "a program, not a person" in phone.provider.texts[-1]
    for words in ("OK", "Please vote for the rain rule", HOME, "2", "The lake is where I learned to swim.", "So did my daughters.", "PREVIEW"):
        phone.texts(words)
    assert "So did my daughters." in phone.provider.texts[-1]
    phone.texts("SEND")
    assert "post it yourself" in "".join(phone.provider.texts[-2:])
    (letter,) = phone.rows("SELECT state, body, owner FROM letter")
    assert (letter.state, letter.owner) == ("yours", f"sms:{ADA}")
    assert letter.body == "The lake is where I learned to swim.\n\nSo did my daughters."


def test_a_number_proves_who_writes_and_they_are_answered_by_post(phone: Phone) -> None:
    for words in ("WRITE", "OK", "Please vote for the rain rule", HOME, "1", WORDS, "PREVIEW", "post"):
        phone.texts(words)
    assert "Shall it go?" in phone.provider.texts[-1]
    phone.texts("SEND")
    assert "goes in 10 minutes" in "".join(phone.provider.texts[-2:])
    (letter,) = phone.rows("SELECT * FROM letter")
    assert (letter.state, letter.mailbox) == ("undo", "")
    made = phone.guided.db.read_now(lambda tx: letter_of(tx, letter, phone.guided.settings, phone.guided.now))
    mail = email.message(made, phone.guided.settings)
    assert (mail["Reply-To"], "Please answer by post" in " ".join(mail.get_content().split())) == (None, True)
    phone.texts("NO")
    other = phone.guided.db.write_now(lambda tx: phones.member_at(tx, ADA, "Somebody Else", phone.guided.now))
    assert other.name == "Imogen Sarkis", "a number has one name"
    phone.texts("ERASE")
    assert phone.rows("SELECT * FROM identity") == []
    assert "jetty" not in repr([tuple(row) for row in phone.rows("SELECT body, home FROM letter")])


def test_a_number_that_comes_back_later_can_still_see_and_erase_its_address(phone: Phone) -> None:
    for words in ("WRITE", "OK", "Please vote for the rain rule", HOME, "1", WORDS, "PREVIEW", "post", "SEND", "OK"):
        phone.texts(words)
    assert len(phone.rows("SELECT owner FROM home WHERE owner LIKE 'person:%'")) == 1
    phone.guided.db.write_now(lambda tx: talks.forget(tx, now_of() + 32 * DAY))
    assert phone.rows("SELECT id FROM talk") == []
    phone.texts("ACCOUNT")
    assert "address kept for next time: 9 Tannery Row" in " ".join("".join(phone.provider.texts[-2:]).split())
    phone.texts("ERASE")
    assert phone.rows("SELECT owner FROM home") == []
    assert [row.name for row in phone.rows("SELECT name FROM person")] == [""]
    phone.texts("WRITE")
    assert [row.person for row in phone.rows("SELECT person FROM talk")] == [None], "who comes after an ERASE is nobody yet"


def test_erase_deletes_the_address_of_the_number_also_from_a_talk_that_names_nobody(phone: Phone) -> None:
    for words in ("WRITE", "OK", "Please vote for the rain rule", HOME, "1", WORDS, "PREVIEW", "post", "SEND", "OK"):
        phone.texts(words)
    phone.guided.db.write_now(lambda tx: tx.run("UPDATE talk SET person = NULL"))  # as they were made until now
    phone.texts("ERASE")
    assert phone.rows("SELECT owner FROM home") == []


def test_the_preview_shows_the_name_that_the_number_is_known_by(phone: Phone) -> None:
    phone.guided.db.write_now(lambda tx: phones.member_at(tx, ADA, "Imogen Sarkis", now_of()))
    jane = HOME.replace("Imogen Sarkis", "Jane Doe")
    for words in ("WRITE", "OK", "Please vote for the rain rule", jane, "1", WORDS, "PREVIEW", "post"):
        phone.texts(words)
    shown = "".join(phone.provider.texts[-3:])
    assert "Imogen Sarkis, 9 Tannery Row" in shown
    assert "Jane Doe, 9 Tannery Row" not in shown
    phone.texts("SEND")
    (letter,) = phone.rows("SELECT home FROM letter")
    assert "Imogen Sarkis" in letter.home


def test_a_texter_is_let_go_once_the_last_letter_and_talk_are(phone: Phone) -> None:
    for words in ("WRITE", "OK", "Please vote for the rain rule", HOME, "1", WORDS, "PREVIEW", "post", "SEND", "OK", "UNDO"):
        phone.texts(words)
    guided, later = phone.guided, now_of() + 32 * DAY
    forget_texters, known = dict(duties.DUTIES)["forget_texters"][1], "SELECT name FROM person WHERE name <> ''"
    assert guided.db.write_now(lambda tx: forget_texters(tx, later)) == 0
    guided.db.write_now(lambda tx: talks.forget(tx, later))
    assert guided.db.write_now(lambda tx: forget_texters(tx, later)) == 0, "the letter still holds its text"
    guided.db.write_now(lambda tx: letters.scrub(tx, later))
    assert [row.name for row in phone.rows(known)] == ["Imogen Sarkis"]
    assert guided.db.write_now(lambda tx: forget_texters(tx, later)) == 1
    assert [phone.rows(sql) for sql in (known, "SELECT * FROM identity", "SELECT address FROM chat", "SELECT owner FROM home")] == [[], [], [], []]


def test_a_number_from_which_a_mailbox_is_proven_is_its_owners(phone: Phone) -> None:
    guided, around = phone.guided, phone.guided.around("sms", phone=ADA)

    def texts(*messages: str) -> None:
        for words in messages:
            guided.later(1_000)
            guided.db.write_now(lambda tx, words=words: talks.hear(tx, f"sms:{ADA}", words, guided.site.id, around, guided.now))  # type: ignore[misc]

    texts("write", "ok", "Please vote for the rain rule", HOME, "1", WORDS, "preview", "post", "send", "ok", "write")
    guided.later(8 * DAY)
    texts("Please mend the east jetty", "ok", "1", "The east jetty has lost three of its planks.", "preview", "ada@mail.example", "send")
    (mail,) = phone.rows("SELECT payload FROM job WHERE kind = 'mail'")
    texts(json.loads(mail.payload)["values"]["digits"])
    (ada,) = phone.rows("SELECT person FROM identity WHERE issuer = 'mailbox'")
    assert [row.person for row in phone.rows("SELECT person FROM identity WHERE issuer = 'phone'")] == [ada.person]
    assert {row.person for row in phone.rows("SELECT person FROM letter")} == {ada.person}
    assert [row.owner for row in phone.rows("SELECT owner FROM home")] == [f"person:{ada.person}"]
    assert [row.id for row in phone.rows("SELECT id FROM person WHERE withdrawn IS NULL AND kind = 'member'")] == [ada.person]


def test_what_we_begin_names_the_newsroom_and_who_made_and_paid_for_the_action(phone: Phone) -> None:
    phone.guided.now = now_of()
    made = Draft(
        "Vote for the rain rule", "The lake", "for", "Background.", (), "ocd-division/country:us", ("house",), (), (), "", "The Early Birds",
        "its members", phone.guided.now - DAY, phone.guided.now + DAY,
    )  # fmt: skip
    guided = phone.guided
    action = guided.db.write_now(lambda tx: actions.make(tx, COMMAND, guided.story.id, made, guided.now))
    for words in (action.code, "OK", "Please vote for the rain rule", HOME, "1", WORDS, "PREVIEW", "post", "SEND", "NO"):
        phone.texts(words)
    (letter,) = phone.rows("SELECT * FROM letter")
    assert letter.action == action.id
    phone.guided.db.write_now(lambda tx: duties.tell(tx, letter._replace(state="handed_over"), guided.now, guided.settings))
    (said,) = phone.rows("SELECT body FROM chat_said WHERE answer = 0")
    assert said.body.startswith("The News: Otto Marsh")
    assert "For an action of The Early Birds, paid for by its members." in said.body
    guided.later(DAY)  # past their night
    guided.work()
    assert [row.state for row in phone.rows("SELECT state FROM chat_said WHERE answer = 0")][:1] == ["sent"], "the action's word has opted them in"
    (notice, *_) = phone.rows("SELECT body FROM notice ORDER BY id")
    assert "The Early Birds" in notice.body and "its members" in notice.body


def test_a_number_proves_no_mailbox_and_a_page_no_number(phone: Phone) -> None:
    for words in ("WRITE", "OK", "Please vote for the rain rule", HOME, "1", WORDS, "PREVIEW", "mayor@council.example", "SEND"):
        phone.texts(words)
    assert [row.state for row in phone.rows("SELECT state FROM letter")] == ["confirm"]
    guided = phone.guided
    guided.says("ada", "write", "ok", "Please vote for the rain rule", HOME, "1", WORDS)
    assert "not one mail address" in words_of(guided.hear("ada", "post").says)


def test_only_what_the_provider_signed_is_heard(phone: Phone) -> None:
    for wrong in ({"X-Twilio-Signature": "nonsense"}, {"X-Twilio-Signature": ""}, {"X-Twilio-Signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}):
        assert phone.texts("WRITE", **wrong) == 401
    fields = {"MessageSid": "SM1", "AccountSid": ACCOUNT, "From": ADA, "Body": "WRITE"}
    signed = RequestValidator(TOKEN).compute_signature(f"{HERE}/hooks/twilio", fields)
    changed = urlencode(fields | {"From": "+12125550143"})
    answer = phone.client.post("/hooks/twilio", content=changed, headers={"X-Twilio-Signature": signed,
    "Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 401
    assert phone.rows("SELECT * FROM talk") == []
    assert phone.writes("write", secret="another") == 401
    assert phone.rows("SELECT * FROM chat") == []


@pytest.mark.parametrize("fields", [{}, {"a": ""}, {"Body": "ü & = + 😀", "From": "+1", "b": "x y"}, {"B": "1", "a": "2", "A": "3"}])
@pytest.mark.parametrize("address", ["https://talk.example/hooks/twilio", "https://talk.example:8443/hooks/twilio", "http://talk.example/hooks/twilio?x=1"])
def test_our_reading_of_the_signature_is_the_providers_own(fields: dict[str, str], address: str) -> None:
    signed = RequestValidator(TOKEN).compute_signature(address, fields)
    assert twilio.is_signed(TOKEN, address, urlencode(fields).encode(), signed)
    assert not twilio.is_signed("another", address, urlencode(fields).encode(), signed)
    assert not twilio.is_signed(TOKEN, address, urlencode(fields | {"z": "1"}).encode(), signed)


def test_the_same_message_ten_times_has_one_effect(phone: Phone) -> None:
    phone.texts("WRITE")
    phone.texts("OK")
    said = len(phone.provider.got)
    for _ in range(10):
        assert phone.texts("Please vote for the rain rule", sid="SM" + "7" * 32) == 200
    assert len(phone.provider.got) == said + 1
    phone.writes("write", mid="m_same")
    said = len(phone.provider.got)
    for _ in range(10):
        phone.writes("write", mid="m_same")
    assert len(phone.provider.got) == said


def test_after_stop_nothing_goes_out_queued_before_or_not(phone: Phone) -> None:
    phone.texts("WRITE")
    phone.guided.now = now_of()
    guided = phone.guided
    said = len(phone.provider.got)
    from folkmoot.action.model_letters import Says

    for kind in (chats.BEGUN, chats.ANSWER):
        for number in range(5):
            says = (Says("tell", f"News {number}"),)
            guided.db.write_now(lambda tx, says=says, kind=kind: chats.queue(tx, CHATS["sms"], ADA, says, guided.settings, "en", guided.now, kind))  # type: ignore[misc]
    phone.texts("Please stop texting me")
    assert len(phone.provider.got) == said + 1, "one confirmation"
    assert "no more messages" in phone.provider.texts[-1]
    guided.db.write_now(lambda tx: chats.queue(tx, CHATS["sms"], ADA, (Says("tell", "Still there?"),), guided.settings, "en", guided.now,
    chats.BEGUN))
    phone.texts("STOP")
    phone.texts("hello")
    assert len(phone.provider.got) == said + 1
    assert {row.deed for row in phone.rows("SELECT deed FROM chat_opting")} == {"in", "out"}
    phone.texts("START")
    assert len(phone.provider.got) > said + 1


def test_we_begin_with_nobody_who_has_not_opted_in(phone: Phone) -> None:
    from folkmoot.action.model_letters import Says

    phone.texts("hello there")  # no start word: answered, but not opted in
    said = len(phone.provider.got)
    guided = phone.guided
    guided.db.write_now(lambda tx: chats.queue(tx, CHATS["sms"], ADA, (Says("tell", "News"),), guided.settings, "en", guided.now, chats.BEGUN))
    guided.later(DAY)
    guided.work()
    assert len(phone.provider.got) == said
    assert [row.why for row in phone.rows("SELECT why FROM chat_said WHERE answer = 0")] == ["they have not opted in"]


def test_an_actions_word_begins_with_who_sends_it_but_takes_no_stop_back(phone: Phone) -> None:
    guided, now = phone.guided, now_of()
    made = Draft(
        "Vote for the rain rule", "The lake", "for", "Background.", (), "ocd-division/country:us", ("house",), (), (), "", "The Early Birds",
        "its members", now - DAY, now + DAY,
    )  # fmt: skip
    action = guided.db.write_now(lambda tx: actions.make(tx, COMMAND, guided.story.id, made, now))
    for words in (action.code, "STOP", action.code):
        phone.texts(words)
    assert [row.deed for row in phone.rows("SELECT deed FROM chat_opting ORDER BY at, id")] == ["in", "out"]
    assert store_is_out(phone)


def test_numbers_of_other_countries_and_beyond_the_caps_get_nothing(phone: Phone) -> None:
    assert phone.texts("WRITE", sender="+447700900123") == 200
    assert phone.texts("WRITE", sender="+99999") == 200
    assert phone.provider.got == []
    phone.guided.settings = replace(phone.guided.settings, sms=replace(phone.guided.settings.sms, per_prefix=12))
    phone.client = Client(create_app(phone.guided.settings, phone.guided.db))
    for number in range(10):
        phone.texts("WRITE", sender=f"+1212555010{number}")
    spent = sum(segments(text).segments for text in phone.provider.texts)
    assert 0 < spent <= 12
    assert any(row.why.endswith("neighbouring numbers are used up") for row in phone.rows("SELECT why FROM chat_said WHERE state = 'dropped'"))


def test_what_their_network_says_of_stop_counts_and_what_is_unknown_is_not_said_twice(phone: Phone) -> None:
    phone.provider.status, phone.provider.answer = 400, {"code": 21610}
    phone.texts("WRITE")
    assert store_is_out(phone)
    phone.provider.status, phone.provider.answer = 503, {}
    phone.texts("WRITE", sender="+12125550177")
    tried = len(phone.provider.got)
    for _ in range(5):
        phone.guided.later(600_000)
        phone.run()
    assert len(phone.provider.got) == tried
    assert "unknown" in {row.state for row in phone.rows("SELECT state FROM chat_said")}


def test_a_provider_that_hangs_slows_nobody_else(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    from folkmoot import outbound
    from folkmoot.action.channels import provider as handing

    hung = threading.Event()
    monkeypatch.setattr(phone.provider, "read", lambda *_: hung.wait(5) and {})
    monkeypatch.setattr(handing, "BOUNDS", outbound.Bounds(seconds=0.3))
    for number in range(5):
        fields = {"MessageSid": f"SM9{number}", "AccountSid": ACCOUNT, "From": f"+1212555016{number}", "To": NUMBER, "Body": "WRITE"}
        signed = RequestValidator(TOKEN).compute_signature(f"{HERE}/hooks/twilio", fields)
        given = {"X-Twilio-Signature": signed, "Content-Type": "application/x-www-form-urlencoded"}
        assert phone.client.post("/hooks/twilio", content=urlencode(fields), headers=given).status_code == 200
    chats._resting.clear()
    phone.guided.now = now_of()
    begun = time.monotonic()
    phone.guided.work()
    assert time.monotonic() - begun < 3, "after the first that hung, the channel rests and others' work goes on"
    states = sorted(row.state for row in phone.rows("SELECT state FROM chat_said"))
    assert states.count("unknown") == 1
    assert states.count("waiting") >= 4
    hung.set()
    chats._resting.clear()


def store_is_out(phone: Phone) -> bool:
    row = phone.guided.db.read_now(lambda tx: store_chats.chat_of(tx, "sms", ADA))
    return row is not None and row.opted_out is not None


def test_the_night_is_quiet_for_what_we_begin(phone: Phone) -> None:
    settings, hour = phone.guided.settings, 3_600_000
    noon = 1_780_000_000_000 - 1_780_000_000_000 % DAY + 16 * hour  # noon in New York, in summer
    assert twilio.quiet_until(settings, ADA, noon) == noon
    night = noon + 11 * hour
    assert twilio.quiet_until(settings, ADA, night) == noon + 20 * hour


def test_our_reading_of_the_256_bit_signature_is_a_published_one() -> None:
    """The example that GitHub publishes for the very same header (docs.github.com, "Validating webhook deliveries")."""
    signed = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert messenger.is_signed("It's a Secret to Everybody", b"Hello, World!", signed)
    assert not messenger.is_signed("It's a Secret to Everybody", b"Hello, World", signed)


def test_messenger_shakes_hands_and_answers_with_buttons_within_a_day(phone: Phone) -> None:
    shake = {"hub.mode": "subscribe", "hub.verify_token": "our word", "hub.challenge": "1158201444"}
    answer = phone.client.get("/hooks/messenger", params=shake)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert phone.client.get("/hooks/messenger", params=shake | {"hub.verify_token": "wrong"}).status_code == 401
    assert phone.writes("write") == 200
    message = phone.provider.got[-1]["message"]
    assert [each["payload"] for each in message["quick_replies"]] == ["ok", "no"]
    phone.writes("Ünïcode äöü 😀 is signed as it is sent")
    said = len(phone.provider.got)
    from folkmoot.action.model_letters import Says

    guided = phone.guided
    guided.later(25 * 3_600_000)
    guided.db.write_now(lambda tx: chats.queue(tx, CHATS["messenger"], "4711", (Says("tell", "News"),), guided.settings, "en", guided.now,
    chats.ANSWER))
    guided.work()
    assert len(phone.provider.got) == said
    assert messenger.is_signed("app-secret", b"{}", "sha256=" + hmac.new(b"app-secret", b"{}", hashlib.sha256).hexdigest())


def test_a_link_code_carries_a_talk_to_another_channel(phone: Phone) -> None:
    for words in ("WRITE", "OK", "Please vote for the rain rule", "LINK"):
        phone.texts(words)
    import re

    code = re.findall(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}\b", phone.provider.texts[-1])[0]
    phone.writes(code)
    assert "What is your name" in phone.provider.texts[-1]
    (talk,) = phone.rows("SELECT owner, state FROM talk WHERE ended IS NULL")
    assert talk.owner == "messenger:4711"
    assert "rain rule" in talk.state
    phone.writes(code, sender="4712")
    assert "rain rule" not in phone.provider.texts[-1]


@pytest.mark.parametrize(("text", "told"), [
    ("", ("GSM-7", 0, 0)), ("a" * 160, ("GSM-7", 160, 1)), ("a" * 161, ("GSM-7", 161, 2)), ("a" * 306, ("GSM-7", 306, 2)), ("a" * 307, ("GSM-7",
    307, 3)),
    ("€" * 80, ("GSM-7", 160, 1)), ("a" * 152 + "€" + "a" * 10, ("GSM-7", 164, 2)), ("é" * 160, ("GSM-7", 160, 1)), ("ç", ("UCS-2", 1, 1)),
    ("ä" * 69 + "ł", ("UCS-2", 70, 1)), ("ł" * 71, ("UCS-2", 71, 2)), ("😀" * 35, ("UCS-2", 70, 1)), ("ł" * 66 + "😀" + "ł" * 66, ("UCS-2", 134, 3)),
    ("😀" * 36, ("UCS-2", 72, 2)), ("“smart”", ("UCS-2", 7, 1)),
])  # fmt: skip
def test_segments_are_counted_as_networks_cut_them(text: str, told: tuple[str, int, int]) -> None:
    found = segments(text)
    assert (found.encoding, found.units, found.segments) == told


def test_what_we_say_is_made_of_plain_letters_and_a_letter_is_not() -> None:
    assert segments(simpler("“It’s here” – the guide…")).encoding == "GSM-7"
    assert WORDS in "".join(chats.pieces(WORDS, 1_500))
    long = "\n\n".join(f"Paragraph {number} " + "word " * 80 for number in range(20))
    parts = list(chats.pieces(long, 1_500))
    assert all(len(part) <= 1_500 for part in parts)
    assert "".join("".join(parts).split()) == "".join(long.split())
