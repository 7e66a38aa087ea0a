"""People are told things by one door: on their page, and by mail as they wish, which one press stops and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest

from folkmoot.app import create_app
from folkmoot.discussion import duties
from folkmoot.errors import Invalid
from folkmoot.people import notices, sessions
from folkmoot.people.claims import claim
from folkmoot.people.kinds import KINDS, TOPICS
from folkmoot.people.model import Actor, Notice
from folkmoot.people.wording import deaden, told
from folkmoot.settings import Limits, Server, Settings
from folkmoot.storage.database import Database
from folkmoot.web.kit import clock
from folkmoot.web.words import LANGUAGES
from folkmoot.work import Worker
from tests.mailserver import Sink, serving
from tests.moot import DAY, Moot
from tests.people.test_doors import HERE, links_in, snapshot, text_of
from tests.web.stand import Client

REMOVED = {"story": "The lake", "reason": "It names a private address.", "rule": "", "words": "He lives at 5 Quay Road."}
HOUR = 3_600_000


class Newsroom(Moot):
    """A newsroom that mails, with a mail server that keeps what it gets."""

    def __init__(self, db: Database, now: int, sink: Sink, mail: Any) -> None:
        super().__init__(db, now)
        self.sink = sink
        self.settings = Settings(server=Server(public_url=HERE), mail=mail, limits=Limits(enabled=False))

    def tell(self, actor: Actor, kind: str = "comment_removed", key: str = "decision-1", values: dict[str, Any] | None = None, **more: Any) -> bool:
        assert actor.person
        person, given = actor.person.id, {"site": self.site.id, "opens": "/me/c/7", **more}
        return self.db.write_now(lambda tx: notices.tell(tx, person, kind, values or REMOVED, key=key, now=self.now, **given))

    def mails(self) -> list[EmailMessage]:
        """Lets the worker work; every mail that has come since the last time."""
        before = len(self.sink.got)
        worker = Worker(self.db, self.settings, lambda: self.now)
        while worker.work_once():
            pass
        return [self.sink.read(number) for number in range(before, len(self.sink.got))]

    def told(self, actor: Actor) -> list[str]:
        return [each.kind for each in self.db.read_now(lambda tx: notices.notices_of(tx, actor))]

    def wishes(self, actor: Actor, **wanted: str) -> None:
        self.db.write_now(lambda tx: notices.set_wishes(tx, actor, wanted))


@pytest.fixture
def room(db: Database, now: int) -> Iterator[Newsroom]:
    sink = Sink()
    with serving(sink) as mail:
        yield Newsroom(db, now, sink, mail)


def stop_address(mail: EmailMessage) -> str:
    found = re.fullmatch(rf"<{HERE}(/unsubscribe\?token=[\w-]{{43}})>", mail["List-Unsubscribe"])
    assert found
    return found[1]


def test_ada_is_told_of_a_decision_on_her_page_and_by_mail_once(room: Newsroom) -> None:
    ada = room.member("Ada")
    assert room.tell(ada)
    assert not room.tell(ada)
    (mail,) = room.mails()
    assert (mail["To"], mail["Subject"]) == ("ada@mail.example", "Your comment was removed: The lake")
    plain = text_of(mail, "plain")
    assert "The reason: It names a private address." in plain
    assert "The rule:" not in plain
    assert "> He lives at 5 Quay Road." in plain
    assert f"{HERE}/me/c/7" in plain
    assert room.told(ada) == ["comment_removed"]
    assert room.mails() == []


def test_what_is_told_in_no_sites_name_is_mailed_too(room: Newsroom) -> None:
    assert room.tell(room.member("Ada"), site=0)
    assert len(room.mails()) == 1


def test_every_mail_can_be_stopped_by_one_press_and_names_the_publishers_pages(room: Newsroom) -> None:
    room.allow(terms_page="https://news.example/terms", imprint_page="https://news.example/imprint")
    room.tell(room.member("Ada"))
    (mail,) = room.mails()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert stop_address(mail)
    assert {"https://news.example/terms", "https://news.example/imprint"} < links_in(mail)
    assert not re.search(r"<img|<script|src=|@import|url\(", text_of(mail, "html"))


def test_nobodys_words_become_a_link_in_a_mail(room: Newsroom) -> None:
    words = "See https://evil.example/win?x=1 or www.evil.example, evil.example/a, bo@evil.example. It cost 3.50. <a href=//evil.example>x</a>"
    room.tell(room.member("Ada"), values=REMOVED | {"words": words, "story": "Win at evil.example", "reason": "javascript://evil.example"})
    (mail,) = room.mails()
    for part in (mail["Subject"], text_of(mail, "plain"), text_of(mail, "html")):
        assert "evil.example" not in part
    assert "It cost 3.50" in text_of(mail, "plain")
    assert all(link.startswith(HERE) for link in links_in(mail))


@pytest.mark.parametrize(
    ("typed", "dead"),
    [("a.b", "a[.]b"), ("3.50", "3.50"), ("https://minutes.example/x", "minutes[.]example/x"), ("Well. Yes.", "Well. Yes."), ("ä。com", "ä[。]com")],
)
def test_addresses_are_broken_and_sentences_are_not(typed: str, dead: str) -> None:
    assert deaden(typed) == dead


def test_what_somebody_never_wants_is_not_mailed_not_even_what_waited(room: Newsroom) -> None:
    ada = room.member("Ada")
    room.tell(ada)
    room.wishes(ada, decisions="never")
    room.tell(ada, key="decision-2")
    assert room.mails() == []
    assert room.told(ada) == ["comment_removed"] * 2


def test_a_days_notices_come_in_one_mail_in_the_morning(room: Newsroom) -> None:
    ada = room.member("Ada")
    room.wishes(ada, decisions="daily")
    room.tell(ada)
    room.tell(ada, "comment_released", "decision-2")
    assert room.mails() == []
    room.later(DAY)
    (mail,) = room.mails()
    assert mail["Subject"] == "2 notices from The News"
    assert "Your comment is published: The lake" in text_of(mail, "plain")
    room.later(DAY)
    assert room.mails() == []


def quotes(room: Newsroom, actor: Actor) -> list[str]:
    """What one's notices quote, as a program reads them, the oldest first."""
    key = room.db.write_now(lambda tx: sessions.begin_keys(tx, actor.id or 0, clock())).access
    app = Client(create_app(room.settings, room.db), HERE)
    answer = app.get("/api/v1/me/notices", headers={"Authorization": f"Bearer {key}"})
    return [each["quote"] for each in reversed(answer.json()["notices"])]


def test_words_that_were_taken_away_are_in_no_notice_and_no_mail(room: Newsroom) -> None:
    ada, bo, vera = room.member("Ada"), room.guest("Bo"), room.member("Vera", "moderator")
    room.wishes(ada, replies="daily")
    root = room.says(ada, "The dam will not hold.")
    foul, regretted, fine = (room.says(bo, words, parent=root) for words in ("Ada is a heron.", "I was at the dam myself.", "The dam holds."))
    assert room.mails() == []
    assert quotes(room, ada) == ["Ada is a heron.", "I was at the dam myself.", "The dam holds."]
    room.decide(vera, foul, "remove")
    room.withdraw(bo, regretted)
    room.later(DAY)
    digest = text_of(next(mail for mail in room.mails() if mail["To"] == "ada@mail.example"), "plain")
    assert "The dam holds." in digest
    assert "heron" not in digest and "myself" not in digest
    room.later(31 * DAY)
    room.db.write_now(lambda tx: duties.scrub_withdrawn(tx, room.now))
    assert quotes(room, ada) == ["", "", "The dam holds."]
    room.decide(vera, fine, "hold")
    assert quotes(room, ada) == ["", "", ""]
    room.decide(vera, fine, "release")
    assert quotes(room, ada) == ["", "", "The dam holds."]
    kept = str(room.db.read_now(lambda tx: tx.rows("SELECT body FROM notice WHERE person = :ada", ada=ada.id)))
    assert "The lake" in kept and not any(words in kept for words in ("heron", "myself", "The dam holds."))


def test_where_nothing_is_left_to_quote_no_mail_goes(room: Newsroom) -> None:
    ada, bo, vera = room.member("Ada"), room.guest("Bo"), room.member("Vera", "moderator")
    room.wishes(ada, replies="daily")
    room.decide(vera, room.says(bo, "Ada is a heron.", parent=room.says(ada, "The dam will not hold.")), "hold")
    room.mails()
    room.later(DAY)
    assert [mail for mail in room.mails() if mail["To"] == "ada@mail.example"] == []


def test_who_wrote_what_was_removed_is_told_their_own_words(room: Newsroom) -> None:
    ada, vera = room.member("Ada"), room.member("Vera", "moderator")
    room.decide(vera, room.says(ada, "Bo is a heron."), "remove", "Foul.")
    room.later(HOUR)
    (mail,) = room.mails()
    assert "Bo is a heron." in text_of(mail, "plain")
    assert quotes(room, ada) == ["Bo is a heron."]


def test_an_hour_full_of_mails_leaves_the_rest_for_the_morning(room: Newsroom) -> None:
    ada = room.member("Ada")
    for number in range(notices.MOST_AT_ONCE + 3):
        room.tell(ada, key=f"decision-{number}")
    assert len(room.mails()) == notices.MOST_AT_ONCE
    room.later(DAY)
    (mail,) = room.mails()
    assert mail["Subject"] == "3 notices from The News"


def test_mails_about_one_thing_hang_together(room: Newsroom) -> None:
    ada = room.member("Ada")
    room.tell(ada, key="1", thread="comment-7")
    room.tell(ada, key="2", thread="comment-7")
    room.tell(ada, key="3", thread="comment-8")
    first, second, third = room.mails()
    assert first["References"] == second["References"] == "<thread-comment-7@talk.example>" != third["References"]
    assert len({mail["Message-ID"] for mail in (first, second, third)}) == 3


def test_a_mailbox_that_does_not_exist_gets_no_more_until_it_is_proven_again(room: Newsroom) -> None:
    ada = room.member("Ada")
    room.sink.to_rcpt = "550 no such mailbox"
    room.tell(ada)
    assert room.mails() == []
    room.sink.to_rcpt = "250 OK"
    room.tell(ada, key="decision-2")
    assert room.mails() == []
    assert room.db.read_now(lambda tx: notices.returned_mailboxes(tx, ada)) == [("ada@mail.example", "")]
    room.member("Ada")
    room.tell(ada, key="decision-3")
    assert len(room.mails()) == 1


def test_a_mail_server_that_is_away_gets_the_mail_later_and_a_stop_meanwhile_holds(room: Newsroom) -> None:
    ada, bo = room.member("Ada"), room.member("Bo")
    room.sink.to_data = "451 later"
    room.tell(ada)
    room.tell(bo)
    assert room.mails() == []
    room.wishes(ada, decisions="never")
    room.sink.to_data = "250 OK"
    room.later(HOUR)
    assert [mail["To"] for mail in room.mails()] == ["bo@mail.example"]


def test_guests_and_people_who_are_muted_are_no_reason_for_a_mail(room: Newsroom) -> None:
    bo, ada = room.guest("Bo"), room.member("Ada")
    assert room.tell(bo)
    room.db.write_now(lambda tx: tx.run(
        "INSERT INTO mute (person, kind, subject, at) VALUES (:ada, 'person', :bo, 0), (:ada, 'word', 'Badger', 0)", ada=ada.id, bo=str(bo.id)
    ))  # fmt: skip
    reply = {"who": "Bo", "story": "The lake", "words": "No."}
    assert not room.tell(ada, "reply", "reply-1", reply, by=bo.id)
    assert not room.tell(ada, "reply", "reply-2", reply | {"words": "Mind the badgers."})
    assert room.tell(ada, "reply", "reply-3", reply)
    assert len(room.mails()) == 1


def test_what_a_guest_was_told_is_the_members_once_they_have_claimed_it(room: Newsroom) -> None:
    guest, ada = room.guest("Ada"), room.member("Ada")
    room.tell(guest)
    room.db.write_now(lambda tx: claim(tx, guest, ada.id or 0, room.now))
    room.tell(guest, key="decision-2")
    assert room.told(ada) == ["comment_removed"] * 2


def test_staff_whose_role_allows_it_are_told_but_not_who_caused_it(room: Newsroom) -> None:
    vera, max_, eda = room.member("Vera", "moderator"), room.member("Max", "moderator"), room.member("Eda", "editor")
    told = room.db.write_now(lambda tx: notices.tell_staff(
        tx, room.site.id, "release", "warned", {"reason": "", "rule": ""}, key="x", now=room.now, by=vera.id))  # fmt: skip
    assert told == 1
    assert [room.told(each) for each in (vera, max_, eda)] == [[], ["warned"], []]


def test_notices_are_marked_as_seen_by_their_person_alone(room: Newsroom) -> None:
    ada, bo = room.member("Ada"), room.member("Bo")
    room.tell(ada)
    (notice,) = room.db.read_now(lambda tx: notices.notices_of(tx, ada))
    assert room.db.write_now(lambda tx: notices.see(tx, bo, notice.id, room.now)) == 0
    assert room.db.read_now(lambda tx: notices.unseen(tx, ada)) == 1
    assert room.db.write_now(lambda tx: notices.see(tx, ada, notice.id, room.now)) == 1


# Through the door


def test_a_mail_program_stops_mails_by_one_request_and_can_do_nothing_else(room: Newsroom) -> None:
    ada = room.member("Ada")
    room.tell(ada)
    (mail,) = room.mails()
    program, at = Client(create_app(room.settings, room.db), HERE), stop_address(mail)
    for body in ({"data": {"List-Unsubscribe": "One-Click"}}, {"files": {"List-Unsubscribe": (None, "One-Click")}}):
        assert program.post(at, **body).status_code == 200
    room.tell(ada, key="decision-2")
    room.tell(ada, "reply", "reply-1", {"who": "Bo", "story": "The lake", "words": "No."})
    assert [mail["Subject"] for mail in room.mails()] == ["Bo answered you: The lake"]
    token = at.partition("=")[2]
    for path in ("/api/v1/sessions", "/me"):
        answer = program.get(path, headers={"Authorization": f"Bearer {token}"})
        assert "Ada" not in answer.text
    assert program.post("/unsubscribe?token=" + "x" * 43).status_code == 404


def test_a_scanner_opens_every_link_of_a_notice_and_nothing_changes(room: Newsroom) -> None:
    room.tell(room.member("Ada"))
    (mail,) = room.mails()
    scanner, before = Client(create_app(room.settings, room.db), HERE), everything(room.db)
    for link in links_in(mail):
        for method in ("GET", "HEAD"):
            assert "set-cookie" not in scanner.request(method, link.removeprefix(HERE)).headers
    assert everything(room.db) == before


def everything(db: Database) -> str:
    return snapshot(db) + str(db.read_now(lambda tx: [tx.rows(f"SELECT * FROM {table}") for table in ("notice", "notice_wish", "unsubscribing")]))


def test_ada_stops_all_mails_on_the_page_that_a_mail_leads_to(room: Newsroom) -> None:
    ada = room.member("Ada")
    room.tell(ada)
    (mail,) = room.mails()
    at = stop_address(mail)
    browser = Client(create_app(room.settings, room.db), HERE)
    assert "What moderators decide about you" in browser.get(at).text
    headers = {"Origin": HERE, "Sec-Fetch-Site": "same-origin"}
    done = browser.post("/unsubscribe/stop", data={"token": at.partition("=")[2], "which": "all"}, headers=headers)
    assert "You get no more of these mails" in done.text
    assert set(room.db.read_now(lambda tx: notices.wishes_of(tx, ada.id or 0)).values()) == {"never"}


# The tables


def test_every_kind_belongs_to_a_topic_and_can_be_said_in_every_language(room: Newsroom) -> None:
    assert {kind.topic for kind in KINDS.values()} <= set(TOPICS)
    for name, kind in KINDS.items():
        values: dict[str, str | int] = {value: room.now if value == "until" else value.upper() for value in kind.values}
        for language in LANGUAGES:
            said = told(Notice(1, 1, name, 0, "", "", values, 0, None, "never"), language)
            assert said.subject
            assert "{" not in said.subject + "".join(said.lines)


def test_what_our_own_rules_say_is_said_in_the_readers_language_and_what_people_write_stays_as_it_is(room: Newsroom) -> None:
    ada = room.member("Ada")
    values = {"story": "Spam", "reason": "", "rule": "No advertising.", "words": "No advertising."}
    room.tell(ada, values=values)
    room.tell(ada, "note_source", "source-1", {"story": "Spam", "source": "https://a.example/", "reason": "no answer", "words": "So it is."})
    decided, source = (told(each, "de", dead=True) for each in room.db.read_now(lambda tx: notices.notices_of(tx, ada))[::-1])
    assert "Die Regel: Keine Werbung." in decided.lines
    assert (decided.subject.endswith(": Spam"), decided.quote) == (True, "No advertising.")
    assert "(keine Antwort)" in source.lines[0]
    assert "no answer" not in source.lines[0]


@pytest.mark.parametrize("given", [{"weather": "daily"}, {"replies": "hourly"}])
def test_a_wish_that_there_is_not_changes_nothing(room: Newsroom, given: dict[str, str]) -> None:
    ada = room.member("Ada")
    with pytest.raises(Invalid):
        room.wishes(ada, **given)
    assert room.db.read_now(lambda tx: notices.wishes_of(tx, ada.id or 0)) == {name: topic.how for name, topic in TOPICS.items()}


def test_old_notices_are_forgotten(room: Newsroom) -> None:
    ada = room.member("Ada")
    room.tell(ada)
    room.later(401 * DAY)
    assert room.db.write_now(lambda tx: notices.forget_old(tx, room.now)) == 2
    assert room.told(ada) == []
