"""One e-mail: what is on the wire, what a mail server's answers mean, and that no header grows out of words."""

from __future__ import annotations

import json
import logging
import socket
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from msgspec.structs import replace

from folkmoot import mail
from folkmoot.settings import Mail, Server, Settings
from tests.mailserver import Sink, serving

CASES = Path(__file__).parents[2] / "shared/data/hostile/own-cases.jsonl"


def write(subject: str = "Your code", **given: object) -> EmailMessage:
    """A mail to Ada."""
    values: dict[str, object] = {"key": "code-1", "at": 1_780_000_000_000, "from_": "talk@news.example", "from_name": "The News"}
    return mail.compose("ada@mail.example", subject, "123456\n", "<p>123456</p>", **(values | given))  # type: ignore[arg-type]


def test_a_mail_says_who_it_is_from_and_that_a_program_sent_it() -> None:
    message = write()
    assert message["From"] == "The News <talk@news.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime.timestamp() == 1_780_000_000


def test_a_mail_sent_twice_carries_the_same_message_id() -> None:
    assert write()["Message-ID"] == write()["Message-ID"] == "<code-1@news.example>"


def test_both_parts_are_there_and_whole() -> None:
    read = message_from_bytes(write().as_bytes(), policy=policy.default)
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]
    assert [part.get_content().strip() for part in read.iter_parts()] == ["123456", "<p>123456</p>"]


def test_no_line_is_longer_than_a_mail_server_must_take() -> None:
    long = "é" * 5000
    message = mail.compose("ada@mail.example", long, "x" * 5000, f"<p>{long}", key="k", at=0, from_="talk@news.example")
    assert max(len(line) for line in message.as_bytes().split(b"\r\n")) <= 998


BREAKING = ["a\nBcc: x@evil.example", "a\r\n\r\nbody", "a\0b", "a\u2028Bcc: x", "a\x85Bcc: x", '"x" <x@evil.example>, b']
NOT_ONE = ["a@b.example\nBcc: x@evil.example", "a@b.example, x@evil.example", "a b@c.example", "", "a", "@", "é@b.example"]


@pytest.mark.parametrize("words", BREAKING)
def test_a_name_or_subject_stays_one_header(words: str) -> None:
    assert write(words, from_name=words).keys() == write().keys()
    assert write(from_name=words)["From"].addresses[0].addr_spec == "talk@news.example"


def test_every_hostile_header_stays_one_header() -> None:
    if not CASES.exists():
        pytest.skip("the shared corpus is not here")
    cases = [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]
    for case in (each for each in cases if each["class"] == "mail-header"):
        message = write(case["input"], from_name=case["input"])
        raw = message_from_bytes(message.as_bytes())
        assert raw.keys() == write().keys(), case["id"]
        assert max(len(line) for line in message.as_bytes().split(b"\r\n")) <= 998, case["id"]


def test_words_of_many_scripts_arrive_as_they_were() -> None:
    for words in ("تعليقات الصحيفة", "میزِ خبر می‌رود", "Żółć", "東京の新聞"):
        assert message_from_bytes(write(words).as_bytes(), policy=policy.default)["Subject"] == words


@pytest.mark.parametrize("address", NOT_ONE)
def test_an_address_that_is_not_plainly_one_is_refused(address: str) -> None:
    with pytest.raises(mail.Refused):
        mail.compose(address, "s", "p", "h", key="k", at=0, from_="talk@news.example")
    with pytest.raises(mail.Refused):
        write(reply_to=address)


@pytest.mark.parametrize("extra", [{"X-A\nBcc": "x"}, {"X-A": "b\nBcc: x"}, {"X A": "b"}, {"X-A": "é"}])
def test_an_extra_header_with_a_break_in_it_is_refused(extra: dict[str, str]) -> None:
    with pytest.raises(mail.Refused):
        write(headers=extra)


def test_a_mail_arrives_at_a_real_server() -> None:
    sink = Sink()
    with serving(sink) as reached:
        mail.send(write(), Settings(mail=reached))
    assert sink.got[0].mail_from == "talk@news.example"
    assert sink.got[0].rcpt_tos == ["ada@mail.example"]
    assert b"123456" in bytes(sink.got[0].content or b"")


@pytest.mark.parametrize("place", ["to_rcpt", "to_data"])
def test_a_refusal_for_good_and_one_for_now_are_told_apart(place: str) -> None:
    sink = Sink()
    with serving(sink) as reached:
        settings = Settings(mail=reached)
        setattr(sink, place, "550 No such mailbox")
        with pytest.raises(mail.Refused):
            mail.send(write(), settings)
        setattr(sink, place, "451 Greylisted")
        with pytest.raises(mail.NotNow):
            mail.send(write(), settings)


def test_a_server_that_offers_no_encryption_gets_nothing_when_encryption_is_set() -> None:
    sink = Sink()
    with serving(sink) as reached:
        wary = Settings(mail=replace(reached, security="starttls"))
        with pytest.raises(mail.NotNow):
            mail.send(write(), wary)
    assert sink.got == []


def test_a_server_that_is_away_or_hangs_up_is_tried_again_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        settings = Settings(mail=Mail(host="127.0.0.1", port=door.getsockname()[1], security="none"))
        hanging_up = threading.Thread(target=lambda: door.accept()[0].close())
        hanging_up.start()
        with pytest.raises(mail.NotNow):
            mail.send(write(), settings)
        hanging_up.join()
    with pytest.raises(mail.NotNow):
        mail.send(write(), settings)


def test_a_wrong_password_waits_for_the_operator() -> None:
    sink = Sink()
    refuse = lambda *_: False  # noqa: E731
    with serving(sink, auth_callback=refuse, auth_require_tls=False) as reached:
        named = Settings(mail=replace(reached, user="folkmoot", password="wrong"))
        with pytest.raises(mail.NotNow) as told:
            mail.send(write(), named)
    assert told.value.code == "mail_login"


def test_without_a_mail_server_a_mail_waits() -> None:
    assert not mail.can_send(Settings())
    with pytest.raises(mail.NotNow):
        mail.send(write(), Settings())


def test_for_trying_mails_go_into_a_folder_and_the_log_says_only_where(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings(mail=Mail(to_folder=str(tmp_path / "mails")))
    with caplog.at_level(logging.INFO):
        mail.send(write("123456 is your code"), settings)
    file = tmp_path / "mails" / "code-1.eml"
    assert b"123456" in file.read_bytes()
    assert str(file) in caplog.text
    assert "123456" not in caplog.text
    assert "ada@" not in caplog.text


def test_the_sender_is_the_one_that_is_set_else_one_at_the_public_address() -> None:
    assert mail.sender(Settings(mail=Mail(sender="talk@news.example"))) == "talk@news.example"
    assert mail.sender(Settings(server=Server(public_url="https://talk.news.example:8443"))) == "folkmoot@talk.news.example"
