"""Somebody who leaves a trace wherever a person can: by each room's own verbs, in every table that keeps something of people."""

from __future__ import annotations

from dataclasses import replace as with_
from typing import Any

from msgspec.structs import replace

from folkmoot.action import chats, store_talks
from folkmoot.action.channels import CHATS
from folkmoot.desk import reports
from folkmoot.desk.reports import Told
from folkmoot.discussion import appeals, comments, store_imports
from folkmoot.notes import notes
from folkmoot.people import (
    accounts,
    handover,
    mutes,
    notices,
    sanctions,
    sign_in,
    store_issuers,
    store_sessions,
)
from folkmoot.people.claims import claim
from folkmoot.people.mailing import Doorway
from folkmoot.people.model import COMMAND, Actor, Passkey
from folkmoot.people.tokens import fingerprint, new_token
from folkmoot.people.waiting import Because
from folkmoot.reading.joins import comment_of
from folkmoot.settings import Sms
from folkmoot.storage import repeats
from folkmoot.storage.database import Tx
from folkmoot.work import DUTIES, Worker
from tests.action.guided import Guided
from tests.moot import Moot
from tests.notes.desk import Desk

NAME, MAILBOX, PHONE = "Zebedee Quillfeather", "zq.marker@mail.example", "+12125550177"
STREET, NETWORK, ABROAD = "77 Marrowbone Row", "network-marker-77", "zebedee-abroad-77"
SAID = "The marker sings at the eastern jetty"  # in all that they write
MARKS = (NAME, MAILBOX, PHONE, STREET, NETWORK, ABROAD, "quillfeather")


class Town(Guided):
    """The guide of a newsroom that is there already."""

    def __post_init__(self) -> None:
        """Nothing is to be set up."""


class Planted:
    """A newsroom in which Zebedee has done all that can be done."""

    def __init__(self, moot: Moot) -> None:
        self.moot, self.db = moot, moot.db
        self.desk = Desk(moot)
        self.town = Town(moot.db, moot.now)
        self.town.site, self.town.story = moot.site, moot.story
        self.town.settings = replace(self.town.settings, sms=Sms(account="AC", token="t", number="+12025550100", base="http://127.0.0.1:9"))
        self.vera, self.bo = moot.member("Vera", "moderator"), moot.member("Bo")
        self.person = self.write(lambda tx: accounts.member_of(tx, accounts.MAILBOX, MAILBOX, MAILBOX, NAME, moot.now))
        self.zeb = Actor(self.person, network=NETWORK)
        for plant in (self.people, self.discussion, self.notes, self.action, self.desks):
            plant()

    def write(self, act: Any) -> Any:
        return self.db.write_now(act)

    def work(self) -> None:
        """The worker does what waits, and looks for words once more."""
        worker = Worker(self.db, self.town.settings, lambda: self.now)
        while worker.work_once() or worker._index.catch_up(self.db):
            pass

    @property
    def now(self) -> int:
        return self.moot.now

    def people(self) -> None:
        zeb, now = self.person.id, self.now
        guest = self.moot.guest(NAME, NETWORK)
        self.write(lambda tx: claim(tx, guest, zeb, now))
        self.write(lambda tx: store_sessions.insert_session(tx, 1, "h", "page", zeb, 1, f"https://{ABROAD}.example", now, now + 9, device=NAME))
        self.write(lambda tx: sign_in.ask_code(tx, MAILBOX, new_token(), now, Doorway(), network=NETWORK))
        self.write(lambda tx: accounts.store.bind_identity(tx, "https://id.example", ABROAD, f"other.{MAILBOX}", zeb, now))
        self.write(lambda tx: store_issuers.insert_passkey(tx, Passkey(ABROAD, zeb, "key", 0, NAME, now, None)))
        self.write(lambda tx: mutes.mute_word(tx, self.zeb, NAME, now))
        self.write(lambda tx: mutes.mute_person(tx, self.bo, zeb, now))
        told = {"who": NAME, "story": "The lake", "words": SAID}
        self.write(lambda tx: notices.tell(tx, self.vera.id or 0, "reply", told, key="1", now=now, by=zeb))
        self.write(lambda tx: notices.tell(tx, zeb, "mention", told, key="1", now=now))
        opened = self.write(lambda tx: handover.open_handover(tx, fingerprint("v"), f"https://{ABROAD}.example", now, NETWORK))
        self.write(lambda tx: handover.finish_handover(tx, self.zeb, opened.id, now))
        answer = f'{{"author":{{"id":"{zeb}","name":"{NAME}"}}}}'.encode()
        self.write(lambda tx: repeats.once(tx, "scope", "key", "mark", now, lambda: answer))

    def discussion(self) -> None:
        moot, zeb = self.moot, self.zeb
        said = moot.says(zeb, f"{SAID}, says {NAME}.")
        moot.says(self.bo, "It does.", said)
        moot.edit(zeb, said, f"{SAID} twice, says {NAME}, {MAILBOX}.")
        moot.vote(zeb, moot.says(self.bo, "Vote for me."), 1)
        reported = moot.says(self.bo, "Report me.")
        self.write(lambda tx: comments.flag(tx, zeb, reported, "other", f"{NAME} says so", moot.now))
        gone = moot.says(zeb, f"{SAID}, thrice, says {NAME}.")
        moot.decide(self.vera, gone, "remove", "It is off the subject.")
        self.write(lambda tx: appeals.appeal(tx, zeb, gone, f"I am {NAME}, {MAILBOX}.", moot.now))
        key = {"site": moot.site.id, "source": "disqus:town", "kind": "person", "source_id": ABROAD, "id": self.person.id, "batch": 1}
        self.write(lambda tx: store_imports.remember_keys(tx, [key]))
        Worker(self.db, self.town.settings, lambda: moot.now)._index.catch_up(self.db)

    def desks(self) -> None:
        site, zeb, now = self.moot.site.id, self.person.id, self.now
        other = self.moot.says(self.bo, "Fetch your forks.")
        told = Told(f"{NAME} says that it calls for violence.", "Section 130", NAME, MAILBOX)
        self.write(lambda tx: reports.report(tx, self.zeb, other, told, now))
        self.write(lambda tx: reports.report(tx, Actor(), other, Told("Nobody signed this.", "", NAME, MAILBOX), now))
        because = Because("It hurts.", note=f"{NAME} again")
        self.write(lambda tx: sanctions.sanction(tx, COMMAND, site, "warn", zeb, Because("Be kind.", note=NAME), now))
        self.write(lambda tx: sanctions.sanction(tx, COMMAND, site, "ban", zeb, because, now, network=NETWORK))
        self.write(lambda tx: sanctions.note(tx, COMMAND, site, zeb, f"{NAME} lives at {STREET}", now))

    def notes(self) -> None:
        desk = self.desk
        note = desk.propose(self.zeb, f"{SAID}, and two of twelve samples are above the limit, says {NAME}.").id
        desk.rate(self.zeb, desk.propose(desk.reader(), "The fence costs forty thousand, not fourteen.").id)
        self.write(lambda tx: notes.withdraw(tx, self.zeb, note, self.now, f"{NAME} was wrong"))
        desk.propose(self.zeb, f"{SAID}, and nobody was asked, says {NAME}.")
        said = self.moot.says(self.zeb, f"That is not true: it says “{SAID}”, I measured it myself, see https://quillfeather.example/lake.")
        noted = desk.propose(desk.reader(), "The jetty is on the western shore.", comment=said).id
        self.write(lambda tx: notes.answer(tx, self.zeb, noted, f"{SAID}, says {NAME}.", self.now, comment_of(tx, said)))
        for name in ("learn", "notes_search"):
            self.write(lambda tx, name=name: DUTIES[name].act(tx, self.now + 60_000))

    def action(self) -> None:
        """A letter on the page by the person, a talk by text message that is theirs, and one at another browser that only names their mailbox."""
        town, home = self.town, f"{NAME}, {STREET}, Ostley, MR 00417"
        town.signed_in = {"zeb": self.person}
        town.says("zeb", "write", "ok", "Please vote for the rain rule", home, "1", f"{SAID}. {NAME}, {PHONE}.")
        town.says("zeb", "preview", "send", "remember", "yes")
        self.texts("write", "ok", "Please vote for the rain rule", home, "feedback", f"{NAME} likes it", "person")
        elsewhere = "Ann Other, 1 Quay, Ostley, MR 00417"
        town.says("stranger", "write", "ok", "Please vote for the rain rule", elsewhere, "1", f"{SAID}.", "preview", MAILBOX)

    def texts(self, *messages: str) -> None:
        around = with_(self.town.around("sms"), person=None)
        for number, words in enumerate(messages):
            act = lambda tx, number=number, words=words: self._arrive(tx, f"SM{PHONE}{number}", words, around)  # noqa: E731
            self.write(act)
        talk = self.db.read_now(lambda tx: store_talks.talk_of(tx, f"sms:{PHONE}"))
        self.write(lambda tx: store_talks.set_person(tx, talk.id, self.person.id))

    def _arrive(self, tx: Tx, message: str, words: str, around: Any) -> bool:
        return chats.arrive(tx, CHATS["sms"], PHONE, message, words, self.moot.site.id, around, self.now)
