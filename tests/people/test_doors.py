"""Signing in through HTTP: pages without script, the API of frames and programs, and the mail between."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from folkmoot.app import create_app
from folkmoot.people import accounts, invitations, tokens
from folkmoot.people.model import COMMAND
from folkmoot.settings import Limits, Logs, Mail, Server, Settings
from folkmoot.sites import sites
from folkmoot.storage.database import Database
from folkmoot.work import Worker
from tests.mailserver import Sink, serving
from tests.web.stand import Client, body_of

HERE = "https://talk.example"
NEWS = "https://news.example"
CASES = Path(__file__).parents[3] / "shared/data/hostile/own-cases.jsonl"


@dataclass
class Town:
    """A server that is up, with a mail server beside it."""

    db: Database
    settings: Settings
    sink: Sink
    app: Any = field(init=False)

    def __post_init__(self) -> None:
        self.app = create_app(self.settings, self.db)

    def browser(self) -> Browser:
        return Browser(self)

    def program(self) -> Client:
        return Client(self.app, HERE)

    def post_comes(self) -> EmailMessage:
        """The worker does what is due; the last mail that came of it."""
        worker = Worker(self.db, self.settings)
        while worker.work_once():
            pass
        return self.sink.read()


class Browser(Client):
    """A browser on our own pages: keeps cookies, names its origin, follows what it is sent on to."""

    def __init__(self, town: Town) -> None:
        super().__init__(town.app, HERE)
        self.town = town

    def request(self, method: str, path: str, **given: Any) -> httpx.Response:
        headers = {"Sec-Fetch-Site": "none"}
        if method == "POST":
            headers = {"Origin": HERE, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
        return super().request(method, path, **(given | {"headers": headers | given.get("headers", {})}))

    def send(self, path: str, **form: object) -> httpx.Response:
        """Sends a form and follows one redirect."""
        answer = self.post(path, data={name: str(value) for name, value in form.items()})
        return self.get(answer.headers["location"]) if answer.status_code == 303 else answer

    def sign_in(self, name: str, **where: object) -> httpx.Response:
        """The whole way, from the mailbox to the last page."""
        self.send("/sign-in", email=f"{name.lower()}@mail.example", **where)
        answer = self.send("/sign-in/code", digits=digits_in(self.town.post_comes()))
        return self.send("/sign-in/code", digits=digits_in(self.town.sink.read()), name=name) if "/code" in str(answer.url) else answer

    @property
    def known(self) -> bool:
        return "signed in as" in self.get("/sign-in").text


def digits_in(mail: EmailMessage) -> str:
    found = re.search(r"\b\d{6}\b", text_of(mail, "plain"))
    assert found
    return found.group()


def text_of(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def links_in(mail: EmailMessage) -> set[str]:
    """Every address in either part."""
    return set(re.findall(r"https?://[^\s\"<>]+", text_of(mail, "plain") + text_of(mail, "html")))


@pytest.fixture
def town(db: Database, now: int) -> Iterator[Town]:
    db.write_now(lambda tx: sites.add_site(tx, COMMAND, "news.example", "The News", now))
    sink = Sink()
    with serving(sink) as mail:
        yield Town(db, Settings(server=Server(public_url=HERE), mail=mail, limits=Limits(enabled=False)), sink)


def test_ada_signs_in_without_script_and_a_guest_name_is_asked_once(town: Town) -> None:
    ada = town.browser()
    assert "Send the code" in ada.get("/sign-in").text
    page = ada.send("/sign-in", email="Ada@Mail.example", next="/sign-out")
    assert "A…@mail.example" in page.text
    digits = digits_in(town.post_comes())
    asked = ada.send("/sign-in/code", digits=digits)
    assert "What shall we call you?" in asked.text
    assert f'value="{digits}"' in asked.text
    last = ada.send("/sign-in/code", digits=digits, name="Ada Lin")
    assert "This browser knows you as <bdi>Ada Lin</bdi>" in last.text
    again = town.browser()
    again.send("/sign-in", email="ada@mail.example")
    assert again.post("/sign-in/code", data={"digits": digits_in(town.post_comes())}).headers["location"] == "/me"
    assert again.known


def test_the_mail_shows_the_code_first_names_the_place_and_holds_nothing_from_elsewhere(town: Town) -> None:
    ada = town.browser()
    ada.send("/sign-in", email="ada@mail.example")
    mail = town.post_comes()
    assert mail["To"] == "ada@mail.example"
    assert mail["From"] == "The News <folkmoot@talk.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    for kind in ("plain", "html"):
        said = re.sub(r"<head>.*</head>|<[^>]+>", "", text_of(mail, kind), flags=re.S).strip()
        assert said.startswith(digits_in(mail))
    assert {urlsplit(link).netloc for link in links_in(mail)} == {"talk.example"}
    assert not re.search(r"<img|<script|src=|@import|url\(", text_of(mail, "html"))


def test_a_scanner_that_opens_every_link_first_changes_nothing(town: Town) -> None:
    ada, scanner = town.browser(), town.program()
    ada.send("/sign-in", email="ada@mail.example")
    mail = town.post_comes()
    before = snapshot(town.db)
    for _ in range(3):
        for link in links_in(mail):
            for method in ("GET", "HEAD"):
                answer = scanner.request(method, link.removeprefix(HERE))
                assert answer.status_code == 200
                assert "set-cookie" not in answer.headers
    assert snapshot(town.db) == before
    (link,) = links_in(mail)
    page = ada.get(link.removeprefix(HERE))
    token = re.search(r'name="token" value="([^"]+)"', page.text)
    assert token
    assert "a…@mail.example" in page.text
    ada.send("/sign-in/link", token=token[1])
    ada.send("/sign-in/link", token=token[1], name="Ada")
    assert ada.known


def snapshot(db: Database) -> str:
    """Every row of people, but the ids of what is only read."""
    tables = ("person", "identity", "role", "session", "code", "handover", "invitation", "job", "answer")
    return json.dumps(db.read_now(lambda tx: [tx.rows(f"SELECT * FROM {table}") for table in tables]))


def test_no_page_of_the_door_changes_anything_by_being_looked_at(town: Town) -> None:
    ada = town.browser()
    ada.sign_in("Ada")
    token = town.db.write_now(lambda tx: invitations.invite(tx, COMMAND, "admin", 0, 1_780_000_000_000))
    before = snapshot(town.db)
    for path in ("/sign-in", "/sign-in/code", "/sign-in/link?token=x", "/sign-in/done", "/sign-out", f"/welcome/{token}"):
        ada.get(path)
        ada.request("HEAD", path)
    assert snapshot(town.db) == before
    assert ada.known


def test_the_mails_link_opened_in_another_browser_leads_back_to_the_first(town: Town) -> None:
    ada, phone = town.browser(), town.browser()
    ada.send("/sign-in", email="ada@mail.example")
    (link,) = links_in(town.post_comes())
    page = phone.get(link.removeprefix(HERE))
    assert "Go back to where you asked" in page.text
    assert "<button" not in page.text
    assert "has ended" in phone.send("/sign-in/link", token=link.partition("token=")[2], name="Mallory").text
    assert not phone.known


def test_wrong_digits_show_the_form_again_and_five_end_the_code(town: Town) -> None:
    ada = town.browser()
    ada.send("/sign-in", email="ada@mail.example")
    right = digits_in(town.post_comes())
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    first = ada.send("/sign-in/code", digits=wrong)
    assert first.status_code == 422
    assert 'href="#digits"' in first.text
    assert "Tries left: 4" in first.text
    for _ in range(4):
        last = ada.send("/sign-in/code", digits=wrong)
    assert "This code has ended" in last.text
    assert "This code has ended" in ada.send("/sign-in/code", digits=right, name="Ada").text
    assert not ada.known


@pytest.mark.parametrize("typed", ["", "ada", "ada@mail.example, bo@mail.example", "ada@localhost"])
def test_what_is_no_mailbox_shows_the_form_again_with_what_was_typed(town: Town, typed: str) -> None:
    page = town.browser().send("/sign-in", email=typed, next="/me")
    assert page.status_code == 422
    assert 'href="#email"' in page.text
    assert 'aria-invalid="true"' in page.text
    assert f'value="{typed}"' in page.text
    assert town.sink.got == []


def test_known_and_unknown_mailboxes_get_the_same_answer(town: Town) -> None:
    town.browser().sign_in("Ada")
    answers = []
    for mailbox in ("ada@mail.example", "eve@mail.example"):
        browser = town.browser()
        sent = browser.post("/sign-in", data={"email": mailbox})
        shown = browser.get("/sign-in/code").text
        told = body_of(town.program().post("/api/v1/codes", json={"email": mailbox}))
        answers.append((sent.status_code, sent.headers["location"], re.sub(r".…@mail.example", "", shown), sorted(told)))
    assert answers[0] == answers[1]


def test_a_foreign_page_cannot_send_our_forms(town: Town) -> None:
    ada = town.browser()
    ada.sign_in("Ada")
    for path, form in (("/sign-in", {"email": "eve@mail.example"}), ("/sign-out", {}), ("/sign-in/continue", {"handover": "5"})):
        answer = ada.post(path, data=form, headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403
    assert ada.known


def test_afterwards_one_is_sent_on_to_pages_of_ours_alone(town: Town) -> None:
    cases = [("/thread/5?order=new", "/thread/5?order=new"), ("//evil.example", "/me"), ("https://evil.example/", "/me")]
    if CASES.exists():
        hostile = [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]
        cases += [(case["input"], "/me") for case in hostile if case["class"] == "next-param" and case["expect"] == "refuse"]
    for goes_to, leads in cases:
        ada = town.browser()
        ada.send("/sign-in", email="ada@mail.example", next=goes_to)
        answer = ada.post("/sign-in/code", data={"digits": digits_in(town.post_comes()), "name": "Ada"})
        assert answer.headers["location"] == leads, goes_to


def test_the_cookie_is_kept_from_scripts_and_from_other_sites_and_lasts_as_long_as_the_session(town: Town) -> None:
    ada = town.browser()
    ada.send("/sign-in", email="ada@mail.example")
    answer = ada.post("/sign-in/code", data={"digits": digits_in(town.post_comes()), "name": "Ada"})
    (cookie,) = [each for each in answer.headers.get_list("set-cookie") if each.startswith("__Host-folkmoot=")]
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    days = town.settings.people.session_days
    assert {"httponly", "secure", "samesite=lax", "path=/", f"max-age={days * 86_400}"} <= parts


def test_signing_out_ends_the_session_and_takes_the_cookie_away(town: Town) -> None:
    ada = town.browser()
    ada.sign_in("Ada")
    stolen = ada.cookies["__Host-folkmoot"]
    assert "You are signed out" in ada.send("/sign-out").text
    assert not ada.known
    thief = town.browser()
    thief.cookies.set("__Host-folkmoot", stolen)
    assert not thief.known


def test_an_ended_cookie_is_no_hindrance_to_signing_in_again(town: Town) -> None:
    ada = town.browser()
    ada.cookies.set("__Host-folkmoot", "a" * 43)
    ada.sign_in("Ada")
    assert ada.known


def test_pages_of_the_door_are_private_and_shown_in_no_frame(town: Town) -> None:
    for path in ("/sign-in", "/sign-in/link?token=x", "/sign-in/done", "/sign-out"):
        headers = town.browser().get(path).headers
        assert "no-store" in headers["cache-control"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "cross-origin-opener-policy" not in headers  # the popup speaks to the frame that opened it


def test_the_first_admin_comes_in_by_the_printed_link(town: Town) -> None:
    token = town.db.write_now(lambda tx: invitations.invite_first_admin(tx, town.app.kit.clock()))
    ada, bo = town.browser(), town.browser()
    assert "Sign in first" in ada.get(f"/welcome/{token}").text
    assert ada.post(f"/welcome/{token}", data={}).status_code == 401
    shown = ada.sign_in("Ada", next=f"/welcome/{token}")
    assert "Accept as <bdi>Ada</bdi>" in shown.text
    kept = repr(town.db.read_now(lambda tx: [(row.mailbox, row.goes_to) for row in tx.rows("SELECT mailbox, goes_to FROM code")]))
    assert "ada@mail.example" in kept and token not in kept
    ada.send(f"/welcome/{token}")
    found = town.db.read_now(lambda tx: accounts.find_person(tx, "ada@mail.example"))
    assert found.roles == {(0, "admin")}
    assert bo.get(f"/welcome/{token}").status_code == 404


def test_without_a_mail_server_the_page_says_so(db: Database) -> None:
    app = create_app(Settings(server=Server(public_url=HERE)), db)
    client = Client(app, HERE)
    answer = client.post("/sign-in", data={"email": "ada@mail.example"}, headers={"Origin": HERE})
    assert answer.status_code == 503
    assert "cannot send mail yet" in answer.text
    assert client.post("/api/v1/codes", json={"email": "ada@mail.example"}).status_code == 503


def test_no_link_is_mailed_to_a_host_that_only_the_request_names(town: Town) -> None:
    lax = Settings(mail=town.settings.mail, limits=Limits(enabled=False))
    client = Client(create_app(lax, town.db), "https://evil.example")
    assert client.post("/api/v1/codes", json={"email": "ada@mail.example"}).status_code == 201
    assert links_in(town.post_comes()) == set()


def test_for_trying_on_ones_own_machine_the_mail_lies_in_a_folder_with_a_link(town: Town, tmp_path: Path) -> None:
    settings = Settings(mail=Mail(to_folder=str(tmp_path / "mails")), limits=Limits(enabled=False))
    client = Client(create_app(settings, town.db), "http://localhost:8080")
    client.post("/api/v1/codes", json={"email": "ada@mail.example"})
    worker = Worker(town.db, settings)
    while worker.work_once():
        pass
    (file,) = (tmp_path / "mails").iterdir()
    assert b"http://localhost:8080/sign-in/link" in file.read_bytes()


def test_a_mail_that_comes_too_late_is_not_sent(town: Town) -> None:
    town.program().post("/api/v1/codes", json={"email": "ada@mail.example"})
    worker = Worker(town.db, town.settings, lambda: town.app.kit.clock() + 10 * 60_000)
    while worker.work_once():
        pass
    assert town.sink.got == []


def by_code(town: Town, client: Client, mailbox: str, **given: Any) -> httpx.Response:
    """Signs in through the API."""
    headers = given.pop("headers", {})
    asked = body_of(client.post("/api/v1/codes", json={"email": mailbox}, headers=headers))
    proof = {"code_id": asked["code_id"], "secret": asked["secret"], "digits": digits_in(town.post_comes())}
    return client.post("/api/v1/sessions", json=proof | given, headers=headers)


def test_a_program_signs_in_refreshes_and_signs_out(town: Town) -> None:
    program = town.program()
    answer = by_code(town, program, "ada@mail.example", name="Ada")
    assert answer.status_code == 201
    keys = body_of(answer)
    assert keys["person"]["name"] == "Ada"
    assert keys["person"]["id"].isdigit()
    assert keys["expires"].endswith("Z")
    fresh = body_of(program.post("/api/v1/sessions/refresh", json={"refresh": keys["refresh"]}))
    bearer = {"Authorization": f"Bearer {fresh['access']}"}
    assert program.request("DELETE", "/api/v1/sessions", headers=bearer).status_code == 204
    assert program.request("DELETE", "/api/v1/sessions", headers=bearer).status_code == 401
    assert program.post("/api/v1/sessions/refresh", json={"refresh": fresh["refresh"]}).status_code == 401


def test_the_api_says_what_is_missing_and_what_is_wrong(town: Town) -> None:
    program = town.program()
    unnamed = by_code(town, program, "ada@mail.example")
    assert (unnamed.status_code, body_of(unnamed)["code"], body_of(unnamed)["field"]) == (422, "name_needed", "name")
    wrong = by_code(town, program, "ada@mail.example", digits="not six", name="Ada")
    assert (wrong.status_code, body_of(wrong)["code"]) == (422, "wrong_code")
    other = by_code(town, program, "ada@mail.example", secret=tokens.new_token(), name="Ada")
    assert (other.status_code, body_of(other)["code"]) == (409, "code_gone")
    extra = program.post("/api/v1/codes", json={"email": "ada@mail.example", "role": "admin"})
    assert extra.status_code == 422


@pytest.mark.parametrize("kind", ["page", "refresh"])
def test_a_token_of_another_kind_is_no_bearer(town: Town, kind: str) -> None:
    ada = town.browser()
    ada.sign_in("Ada")
    keys = body_of(by_code(town, town.program(), "ada@mail.example"))
    token = {"page": ada.cookies["__Host-folkmoot"], "refresh": keys["refresh"]}[kind]
    answer = town.program().request("DELETE", "/api/v1/sessions", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert ada.known


def test_an_access_token_is_no_cookie(town: Town) -> None:
    keys = body_of(by_code(town, town.program(), "ada@mail.example", name="Ada"))
    thief = town.browser()
    thief.cookies.set("__Host-folkmoot", keys["access"])
    assert not thief.known


def test_the_tokens_of_a_browsers_script_never_act_as_staff(town: Town) -> None:
    frame = body_of(by_code(town, town.program(), "ada@mail.example", name="Ada", headers={"Origin": HERE}))
    program = body_of(by_code(town, town.program(), "ada@mail.example"))
    town.db.write_now(lambda tx: accounts.promote(tx, COMMAND, int(frame["person"]["id"]), "admin", 0, town.app.kit.clock()))
    actors = [
        town.db.read_now(lambda tx, keys=keys: town.app.kit.actor_for(tx, keys["access"], town.app.kit.clock(), None, in_cookie=False))
        for keys in (frame, program)
    ]
    assert [actor.framed for actor in actors] == [True, False]


class Frame:
    """A frame on a publisher's page, with a verifier of its own."""

    def __init__(self, town: Town, origin: str = NEWS) -> None:
        self.client = town.program()
        self.verifier = tokens.new_token()
        digest = hashlib.sha256(self.verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        self.opened = self.client.post("/api/v1/handovers", json={"challenge": challenge, "origin": origin}, headers={"Origin": HERE})

    @property
    def id(self) -> str:
        return str(body_of(self.opened)["id"])

    def state(self) -> str:
        return str(body_of(self.client.get(f"/api/v1/handovers/{self.id}"))["state"])

    def redeem(self, **headers: str) -> httpx.Response:
        return self.client.post(f"/api/v1/handovers/{self.id}/redeem", json={"verifier": self.verifier}, headers={"Origin": HERE} | headers)


def test_the_popup_names_the_publisher_and_the_frame_picks_the_sign_in_up(town: Town) -> None:
    frame, popup = Frame(town), town.browser()
    address = body_of(frame.opened)["address"]
    assert "Sign in for The News" in popup.get(address).text
    last = popup.sign_in("Ada", handover=frame.id)
    assert "You are signed in" in last.text
    assert f'data-id="{frame.id}"' in last.text
    assert "/static/handover." in last.text
    assert frame.state() == "done"
    answer = frame.redeem()
    assert answer.status_code == 201
    assert body_of(answer)["person"]["name"] == "Ada"
    assert frame.redeem().status_code == 404
    assert frame.state() == "ended"


def test_who_is_signed_in_already_presses_one_button_in_the_popup(town: Town) -> None:
    ada = town.browser()
    ada.sign_in("Ada")
    frame = Frame(town)
    assert "Go on as <bdi>Ada</bdi>" in ada.get(f"/sign-in?handover={frame.id}").text
    ada.send("/sign-in/continue", handover=frame.id)
    assert body_of(frame.redeem())["person"]["name"] == "Ada"


def test_a_link_to_somebody_elses_handover_is_not_finished_by_one_press(town: Town) -> None:
    ada = town.browser()
    ada.sign_in("Ada")
    frame = Frame(town)
    town.db.write_now(lambda tx: tx.run("UPDATE handover SET network = 'another block'"))
    page = ada.get(f"/sign-in?handover={frame.id}").text
    assert "Go on as" not in page
    assert "Send the code" in page
    assert ada.send("/sign-in/continue", handover=frame.id).status_code == 403
    assert frame.state() == "waiting"


def test_the_guest_of_a_frame_is_claimed_when_it_picks_up_and_when_it_enters_a_code(town: Town) -> None:
    now = town.app.kit.clock()
    bo, bo_token = town.db.write_now(lambda tx: accounts.new_guest(tx, "Bo", now))
    frame = Frame(town)
    town.browser().sign_in("Ada", handover=frame.id)
    frame.redeem(Authorization=f"Bearer {bo_token}")
    chidi, chidi_token = town.db.write_now(lambda tx: accounts.new_guest(tx, "Chidi", now))
    bearer = {"Authorization": f"Bearer {chidi_token}"}
    assert body_of(by_code(town, town.program(), "chidi@mail.example", headers=bearer))["person"]["name"] == "Chidi"
    claimed = town.db.read_now(lambda tx: tx.rows("SELECT id FROM person WHERE claimed_by IS NOT NULL"))
    assert {row.id for row in claimed} == {bo.id, chidi.id}


def test_on_our_own_page_a_guest_is_claimed_by_the_member_whom_the_cookie_knows_and_by_nobody_else(town: Town) -> None:
    guest, token = town.db.write_now(lambda tx: accounts.new_guest(tx, "Bo", town.app.kit.clock()))
    ada = town.browser()
    offer = {"json": {"guest": token}, "headers": {"Content-Type": "application/json"}}
    assert body_of(ada.post("/api/v1/sessions/guest", **offer)) == {"claimed": False}
    bearer = {"Authorization": f"Bearer {token}"}
    assert body_of(town.program().post("/api/v1/sessions/guest", json={"guest": token}, headers=bearer)) == {"claimed": False}
    ada.sign_in("Ada")
    elsewhere = {"headers": offer["headers"] | {"Origin": NEWS, "Sec-Fetch-Site": "cross-site"}}
    assert ada.post("/api/v1/sessions/guest", **(offer | elsewhere)).status_code == 403
    assert body_of(ada.post("/api/v1/sessions/guest", **offer)) == {"claimed": True}
    claimed = town.db.read_now(lambda tx: tx.rows("SELECT id FROM person WHERE claimed_by IS NOT NULL"))
    assert [row.id for row in claimed] == [guest.id]
    assert body_of(ada.post("/api/v1/sessions/guest", **offer)) == {"claimed": True}  # a token that has ended is of no use to anybody


def test_a_handover_is_opened_for_registered_sites_alone(town: Town) -> None:
    refused = ["https://evil.example", "http://news.example", "https://news.example/", "https://news.example.", "null", "https://NEWS.example"]
    if CASES.exists():
        hostile = [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]
        refused += [case["input"] for case in hostile if case["class"] == "embed-origin" and case["expect"] == "refuse"]
    for origin in refused:
        opened = Frame(town, origin).opened
        assert (opened.status_code, body_of(opened)["field"]) == (422, "origin"), origin
    assert Frame(town, NEWS).opened.status_code == 201


@pytest.mark.parametrize("path", ["/sign-in?handover=5", "/sign-in?handover=x", "/api/v1/handovers/5", "/welcome/x"])
def test_what_is_not_there_is_not_found_and_never_a_fault(town: Town, path: str) -> None:
    assert town.program().get(path).status_code in (404, 422)


def test_secrets_stay_out_of_the_log(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    loud = Settings(server=town.settings.server, mail=town.settings.mail, limits=Limits(enabled=False), logs=Logs("debug", True))
    town.settings, town.app = loud, create_app(loud, town.db)
    caplog.set_level("DEBUG")
    ada = town.browser()
    ada.sign_in("Ada")
    (link,) = links_in(town.sink.read())
    ada.get(link.removeprefix(HERE))
    invitation = town.db.write_now(lambda tx: invitations.invite(tx, COMMAND, "editor", 0, town.app.kit.clock()))
    ada.get(f"/welcome/{invitation}")
    keys = body_of(by_code(town, town.program(), "ada@mail.example"))
    written = "".join(str(vars(record)) for record in caplog.records if record.name.startswith("folkmoot"))
    assert "/sign-in" in written
    secrets = {
        "code": digits_in(town.sink.read(0)), "link": link.partition("token=")[2], "cookie": ada.cookies["__Host-folkmoot"],
        "access": keys["access"], "refresh": keys["refresh"], "mailbox": "ada@mail.example", "invitation": invitation,
    }  # fmt: skip
    assert [name for name, secret in secrets.items() if secret in written] == []



def test_the_mail_speaks_the_language_of_the_site(town: Town) -> None:
    now = town.app.kit.clock()
    site = town.db.write_now(lambda tx: sites.add_site(tx, COMMAND, "ar.example", "صحيفة المرفأ", now, language="ar"))
    assert site.language == "ar"
    frame = Frame(town, "https://ar.example")
    town.browser().send("/sign-in", email="ada@mail.example", handover=frame.id)
    mail = town.post_comes()
    assert "صحيفة المرفأ" in mail["Subject"]
    assert '<html lang="ar" dir="rtl">' in text_of(mail, "html")
    assert "This is your code" not in text_of(mail, "plain")
