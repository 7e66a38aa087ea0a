"""Time to write, work that is asked for while very many write, and a service outside: each holds for a person, and none stores who reads."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import httpx
import msgspec
import pytest

from folkmoot.app import create_app
from folkmoot.discussion import akismet as outside
from folkmoot.discussion import comments, moderation, proofs, store
from folkmoot.discussion.asking import RUSH
from folkmoot.discussion.model import Customs, Draft, Verdict
from folkmoot.discussion.outlet import WAIT
from folkmoot.discussion.rules import QUICKEST
from folkmoot.discussion.text import read
from folkmoot.people.model import Actor
from folkmoot.people.waiting import Because
from folkmoot.settings import Limits, Server, Settings, Spam
from folkmoot.storage import jobs
from folkmoot.storage.database import Row, Tx, connect
from folkmoot.work import Worker
from tests.counterpart import Asked, Counterpart, answering, reply
from tests.moot import DAY, Moot
from tests.web.stand import Client

HERE = "https://talk.example"
LAKE = "https://news.example/lake"
SECRET = b"a secret of thirty-two bytes, so"


class Reader(Client):
    """Somebody's browser at a whole Folkmoot whose limits are on; the clock is the newsroom's."""

    def __init__(self, moot: Moot) -> None:
        app = create_app(Settings(server=Server(public_url=HERE)), moot.db)
        object.__setattr__(app.kit, "clock", lambda: moot.now)
        super().__init__(app, HERE)

    def says(self, text: str, **more: Any) -> httpx.Response:
        return self.post("/api/v1/comments", json={"url": LAKE, "text": text} | more)

    def sends(self, **form: str) -> httpx.Response:
        """The form, without script."""
        return self.post("/comments", data=form, headers={"Origin": HERE, "Sec-Fetch-Site": "same-origin"})


def held_by(moot: Moot, answer: httpx.Response) -> str:
    """The rule that holds what a form has brought; "" where nothing does."""
    assert answer.status_code == 303, answer.text
    comment = int(answer.headers["location"].rpartition("/")[2])
    last = moot.db.read_now(lambda tx: store.last_decision(tx, comment))
    return str(last.rule) if last else ""


@pytest.fixture
def rushed() -> Iterator[None]:
    RUSH.clear()
    yield
    RUSH.clear()


# Time to write


def test_what_was_written_in_no_time_is_held_for_newcomers_alone(moot: Moot) -> None:
    moot.customs = Customs()

    def writes(who: Actor, text: str, milliseconds: int | None) -> Verdict:
        draft = Draft(moot.story.id, read(text), written=milliseconds)
        return moot.db.write_now(lambda tx: comments.post(tx, who, draft, moot.now, moot.customs)).verdict

    assert writes(moot.guest("Bot"), "Written by a program at once.", 40).rule == "haste"
    assert writes(moot.guest("Ada"), "Written by hand, or pasted and looked at.", QUICKEST).answer == "published"
    assert writes(moot.guest("Tool"), "Sent by a program that measures nothing.", None).answer == "published"
    assert writes(moot.member("Vera", "moderator"), "Staff have their words ready.", 40).answer == "published"


def test_a_form_says_when_it_was_made_and_nobody_else_can_say_it(moot: Moot, rushed: None) -> None:
    said = moot.says(moot.guest("Ada"), "The water was clean in May.")
    reader = Reader(moot)
    found = re.search(r'name="opened" value="([^"]+)"', reader.get(f"/comments/{said}/reply").text)
    assert found
    at, _, signed = found[1].partition(".")
    form = {"url": LAKE, "name": "Bo", "parent": str(said)}
    moot.later(QUICKEST - 1)
    assert held_by(moot, Reader(moot).sends(**form, text="Within a blink.", opened=found[1])) == "haste"
    assert held_by(moot, Reader(moot).sends(**form, text="A stamp that nobody signed.", opened=f"{at}.{signed[::-1]}")) == ""
    assert held_by(moot, Reader(moot).sends(**form, text="Something that is no stamp.", opened="yesterday")) == ""
    moot.later(1)
    assert held_by(moot, Reader(moot).sends(**form, text="At a person’s pace.", opened=found[1])) == ""


# Work, while very many write


def solve(challenge: dict[str, Any]) -> str:
    """What a client does with a challenge, told from the published format alone."""
    import hashlib

    given = challenge["parameters"]
    assert given["algorithm"] == "PBKDF2/SHA-256"
    for counter in range(100_000):
        password = bytes.fromhex(given["nonce"]) + counter.to_bytes(4, "big")
        key = hashlib.pbkdf2_hmac("sha256", password, bytes.fromhex(given["salt"]), given["cost"], given["keyLength"]).hex()
        if key.startswith(given["keyPrefix"]):
            solution = {"counter": counter, "derivedKey": key, "time": 12.5}
            return base64.b64encode(json.dumps({"challenge": challenge, "solution": solution}).encode()).decode()
    raise AssertionError


@pytest.fixture
def easy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work that costs a test little."""
    monkeypatch.setattr(proofs, "COST", 10)


def test_only_while_very_many_write_is_a_newcomers_device_asked_for_work(moot: Moot, rushed: None, easy: None) -> None:
    moot.allow(rush_from=3)
    reader = Reader(moot)
    for number in range(3):
        assert reader.says(f"A {number}th voice of the crowd.").status_code == 201
    asked = reader.says("A voice too many.")
    assert (asked.status_code, asked.json()["code"]) == (422, "refused_proof")
    solution = solve(reader.get("/api/v1/challenge", params={"url": LAKE}).json())
    answer = reader.says("A voice too many.", altcha=solution)
    assert (answer.status_code, answer.json()["verdict"]) == (201, "published")
    assert reader.says("The same work for another.", altcha=solution).json()["code"] == "refused_proof"  # each counts once
    unable = reader.says("From an old telephone.", altcha="unable")
    assert (unable.json()["verdict"], unable.json()["rule"]) == ("held", "burst_on")
    assert held_by(moot, reader.sends(url=LAKE, text="Without any script.", name="Bo")) == "burst_on"
    moot.later(61_000)
    assert Reader(moot).says("The crowd has gone.").status_code == 201


def test_a_proof_of_nothing_but_brackets_is_no_proof(moot: Moot, rushed: None) -> None:
    moot.allow(rush_from=1)
    reader = Reader(moot)
    assert reader.says("The crowd.").status_code == 201
    nested = base64.b64encode(b'{"x":' + b"[" * 2_900).decode()
    answer = reader.says("Words with a strange proof.", altcha=nested)
    assert (answer.status_code, answer.json()["code"]) == (422, "refused_proof")


def test_in_a_rush_a_newcomer_mends_what_they_said_without_work(moot: Moot) -> None:
    moot.allow(rush_from=30)
    moot.customs = Customs()
    ada = moot.guest("Ada")
    said = moot.post(ada, "The watr was clean in May.").id
    moot.customs = Customs(rush=500)
    moot.later(120_000)
    assert moot.edit(ada, said, "The water was clean in May.").answer == "published"
    assert moot.texts() == ["The water was clean in May."]


def test_who_is_known_is_asked_for_no_work(moot: Moot) -> None:
    moot.customs = Customs(rush=500)
    for name in ("Ada", "Bo"):
        assert moot.post(moot.member(name, "editor"), f"{name} works here.").verdict.answer == "published"
    regular = moot.guest("Regular")
    moot.customs = Customs(limits=False)
    for number in range(4):
        moot.says(regular, f"The {number}th word.")
    moot.later(2 * DAY)
    moot.customs = Customs(rush=500)
    assert moot.post(regular, "Back again.").verdict.answer == "published"


def test_a_solution_is_good_for_its_story_its_time_and_its_own_numbers(easy: None) -> None:
    now = 1_750_000_000_000
    told = msgspec.to_builtins(proofs.challenge(SECRET, LAKE, now))
    solution = solve(told)
    assert proofs.solved(SECRET, solution, LAKE, now + proofs.LIFE) == told["parameters"]["nonce"]
    assert proofs.solved(SECRET, solution, "https://news.example/other", now) == ""
    assert proofs.solved(SECRET, solution, LAKE, now + proofs.LIFE + 1_000) == ""
    assert proofs.solved(b"another secret of 32 bytes, quite", solution, LAKE, now) == ""

    def changed(**parameters: Any) -> str:
        whole = json.loads(base64.b64decode(solution))
        whole["challenge"]["parameters"] |= parameters
        return base64.b64encode(json.dumps(whole).encode()).decode()

    for easier in ({"cost": 1}, {"keyPrefix": ""}, {"expiresAt": 2**40}, {"nonce": "00" * 16}, {"algorithm": "SHA-256"}):
        assert proofs.solved(SECRET, changed(**easier), LAKE, now) == ""
    whole = json.loads(base64.b64decode(solution))
    whole["solution"]["counter"] += 1
    for bad in (base64.b64encode(json.dumps(whole).encode()).decode(), "", "e30=", "not base64", "bnVsbA==", base64.b64encode(b"\xff").decode()):
        assert proofs.solved(SECRET, bad, LAKE, now) == ""


@pytest.mark.race
def test_one_solution_sent_at_once_by_many_counts_once(moot: Moot) -> None:
    from concurrent.futures import ThreadPoolExecutor

    moot.customs = Customs(rush=500)
    people = [moot.guest(f"Bot {number}") for number in range(12)]

    def posts(number: int) -> str:
        draft = Draft(moot.story.id, read(f"The {number}th of many."), proof="0" * 32)
        try:
            return moot.db.write_now(lambda tx: comments.post(tx, people[number], draft, moot.now, moot.customs)).verdict.answer
        except Exception as problem:
            return str(getattr(problem, "code", problem))

    with ThreadPoolExecutor(12) as many:
        answers = sorted(many.map(posts, range(12)))
    assert answers == ["published", *["refused_proof"] * 11]


def test_spent_work_is_forgotten_when_it_could_not_be_used_again(moot: Moot) -> None:
    draft = Draft(moot.story.id, read("Words."), proof="1" * 32)
    assert moot.db.write_now(lambda tx: proofs.spent(tx, draft, moot.now)).proof
    assert not moot.db.write_now(lambda tx: proofs.spent(tx, draft, moot.now)).proof
    moot.later(proofs.LIFE + 1)
    assert moot.db.write_now(lambda tx: proofs.forget(tx, moot.now)) == 1
    assert moot.db.write_now(lambda tx: proofs.forget(tx, moot.now)) == 0


# A service outside


CALLS = ("/1.1/comment-check", "/1.1/submit-spam", "/1.1/submit-ham")


def strict(asked: Asked) -> bytes:
    """Akismet's side of its three calls as their documentation has them: what is required, and nothing that it would not know."""
    fields = {name: values[0] for name, values in parse_qs(asked.body.decode(), strict_parsing=True).items()}
    known = {
        "api_key", "blog", "user_ip", "permalink", "comment_type", "comment_author", "comment_content", "comment_date_gmt", "blog_lang",
        "blog_charset",
    }  # fmt: skip
    fits = (
        asked.method == "POST" and asked.target in CALLS and asked.headers["content-type"] == "application/x-www-form-urlencoded"
        and set(fields) <= known and fields["blog"].startswith("https://") and re.fullmatch(r"\d+(\.\d+){3}", fields["user_ip"])
    )  # fmt: skip
    if not fits or fields["api_key"] != "the-key":
        return reply(b"invalid", X_akismet_debug_help="Something is missing.")
    if asked.target != "/1.1/comment-check":
        return reply(b"Thanks for making the web a better place.")
    return reply(b"true" if "viagra-test-123" in fields["comment_author"] else b"false")


@pytest.fixture
def akismet() -> Iterator[Counterpart]:
    with answering(strict) as other:
        yield other


def worked(moot: Moot, other: Counterpart, key: str = "the-key") -> None:
    settings = Settings(
        outbound=other.allowed(), limits=Limits(False), spam=Spam(key, f"{other.address}/1.1/comment-check"),
    )  # fmt: skip
    worker = Worker(moot.db, settings, lambda: moot.now)
    while worker.work_once():
        pass


def test_what_a_service_calls_spam_is_held_after_it_stood_and_no_writer_waits_for_it(moot: Moot, akismet: Counterpart) -> None:
    moot.customs = Customs(limits=False, ask_outside=True)
    spam, said = moot.says(moot.guest("viagra-test-123"), "Cheap kits."), moot.says(moot.guest("Ada"), "The water was clean.")
    own = moot.says(moot.member("Vera", "moderator"), "From the newsroom.")
    assert len(moot.texts()) == 3 and not akismet.asked  # they stand before anybody is asked
    worked(moot, akismet)
    assert moot.texts() == ["The water was clean.", "From the newsroom."] and len(akismet.asked) == 2
    last = moot.db.read_now(lambda tx: store.last_decision(tx, spam))
    assert (last.deed, last.made_by, last.rule, last.was) == ("hold", "rule", "akismet", "published")
    assert (moot.live(), said < own) == (2, True)


def test_what_somebody_decided_meanwhile_stands(moot: Moot, akismet: Counterpart) -> None:
    moot.customs = Customs(limits=False, ask_outside=True)
    said = moot.says(moot.guest("viagra-test-123"), "A song about a river in Spain.")
    vera = moot.member("Vera", "moderator")
    moot.decide(vera, said, "hold")
    moot.decide(vera, said, "release")
    worked(moot, akismet)
    assert moot.texts() == ["A song about a river in Spain."]


def test_what_somebody_decides_while_its_answer_waits_for_the_story_stands(
    moot: Moot, database_url: str, akismet: Counterpart, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("One writes at a time there.")
    moot.customs = Customs(limits=False, ask_outside=True)
    said, vera = moot.says(moot.guest("viagra-test-123"), "A song about a river in Spain."), moot.member("Vera", "moderator")
    other = connect(database_url)

    def take_after_vera(tx: Tx, comment: int) -> tuple[Row, int]:
        for deed in ("hold", "release"):
            other.write_now(partial(moderation.decide, actor=vera, comment=comment, deed=deed, because="", now=moot.now))
        return comments.take(tx, comment)

    monkeypatch.setattr(outside, "take", take_after_vera)
    worked(moot, akismet)
    other.close()
    assert moot.texts() == ["A song about a river in Spain."]
    assert moot.db.read_now(lambda tx: store.last_decision(tx, said)).person == vera.id


@pytest.mark.parametrize("answer", [reply(status=500), reply(b"invalid"), reply(b"<html>"), b"HTTP/1.1 broken"])
def test_its_failure_is_nobodys_problem_and_it_is_not_asked_for_ever(moot: Moot, akismet: Counterpart, answer: bytes) -> None:
    moot.customs = Customs(limits=False, ask_outside=True)
    akismet.script = lambda asked: answer
    moot.says(moot.guest("Ada"), "The water was clean.")
    for _ in range(12):
        worked(moot, akismet)
        moot.later(600_000)
    assert moot.texts() == ["The water was clean."]
    assert 2 <= len(akismet.asked) <= 8
    assert moot.db.read_now(jobs.dead) == []


def test_without_a_key_nobody_is_asked(moot: Moot, akismet: Counterpart) -> None:
    moot.says(moot.guest("viagra-test-123"), "Cheap kits.")
    worked(moot, akismet, "")
    assert not akismet.asked


# What moderators say to it


def told(moot: Moot, other: Counterpart, key: str = "the-key") -> list[tuple[str, str]]:
    """(call, words) of what the service has been told of decisions since it was last looked at."""
    moot.later(WAIT)
    worked(moot, other, key)
    sent = [(asked.target.rpartition("/")[2], parse_qs(asked.body.decode())["comment_content"][0]) for asked in other.asked]
    other.asked.clear()
    return [each for each in sent if each[0] != "comment-check"]


@pytest.fixture
def judged(moot: Moot, akismet: Counterpart) -> dict[str, int]:
    """A comment that the service calls spam, and three that it lets pass."""
    moot.customs = Customs(limits=False, ask_outside=True)
    made = {"song": moot.says(moot.guest("viagra-test-123"), "A song."), "kits": moot.says(moot.guest("Kit"), "Cheap kits.")}
    made |= {"rude": moot.says(moot.guest("Jory"), "Go home."), "kind": moot.says(moot.guest("Ada"), "Good morning.")}
    assert told(moot, akismet) == []
    return made


def test_a_service_hears_where_moderators_judged_otherwise_and_of_nothing_else(moot: Moot, akismet: Counterpart, judged: dict[str, int]) -> None:
    vera, hedda = moot.member("Vera", "moderator"), moot.member("Hedda")
    moot.db.write_now(lambda tx: comments.flag(tx, hedda, judged["kits"], "advertising", "", moot.now))
    for name, deed in (("song", "release"), ("kits", "remove"), ("rude", "remove"), ("kind", "hold")):
        moot.decide(vera, judged[name], deed)
    assert told(moot, akismet) == [("submit-ham", "A song."), ("submit-spam", "Cheap kits.")]
    moot.decide(vera, judged["kind"], "release")
    assert told(moot, akismet) == []


def test_a_decision_that_is_taken_back_at_once_is_not_told_and_later_its_opposite_is(
    moot: Moot, akismet: Counterpart, judged: dict[str, int]
) -> None:
    vera = moot.member("Vera", "moderator")
    by = Because(guideline="No advertising.")

    def remove() -> int:
        moot.later(1)
        return moot.db.write_now(lambda tx: moderation.decide(tx, vera, judged["kits"], "remove", by, moot.now)).id

    def take_back(decision: int) -> None:
        moot.later(1)
        moot.db.write_now(lambda tx: moderation.undo(tx, vera, decision, moot.now))

    take_back(remove())
    assert told(moot, akismet) == []
    made = remove()
    assert told(moot, akismet) == [("submit-spam", "Cheap kits.")]
    take_back(made)
    assert told(moot, akismet) == [("submit-ham", "Cheap kits.")]


def test_what_the_service_was_never_asked_about_or_no_longer_may_hear_it_is_not_told(
    moot: Moot, akismet: Counterpart, judged: dict[str, int]
) -> None:
    vera = moot.member("Vera", "moderator")
    own = moot.says(vera, "From the newsroom.")
    moot.db.write_now(lambda tx: moderation.decide(tx, vera, own, "remove", Because(guideline="No advertising."), moot.now))
    assert told(moot, akismet) == []
    moot.decide(vera, judged["song"], "release")
    assert told(moot, akismet, key="") == []


def test_a_service_that_does_not_listen_is_told_again_and_not_for_ever(moot: Moot, akismet: Counterpart, judged: dict[str, int]) -> None:
    moot.decide(moot.member("Vera", "moderator"), judged["song"], "release")
    akismet.script = lambda asked: reply(b"invalid")
    assert told(moot, akismet) == [("submit-ham", "A song.")]
    akismet.script = strict
    moot.later(600_000)
    assert told(moot, akismet) == [("submit-ham", "A song.")]
    assert moot.db.read_now(jobs.dead) == []
