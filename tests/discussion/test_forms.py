"""Discussion without script: forms on our own pages, with one cookie."""

from __future__ import annotations

from typing import Any

import pytest

from folkmoot.app import create_app
from folkmoot.people import sessions
from folkmoot.settings import Limits, Server, Settings
from folkmoot.web.kit import clock
from tests.moot import Moot
from tests.web.stand import HERE, Client

LAKE = "https://news.example/lake"
SETTINGS = Settings(server=Server(public_url=HERE), limits=Limits(enabled=False))
OURS = {"Origin": HERE, "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def client(moot: Moot) -> Client:
    return Client(create_app(SETTINGS, moot.db))


def send(client: Client, path: str, **fields: str) -> Any:
    form = {"Content-Type": "application/x-www-form-urlencoded"}  # as a browser says it, also of a form without fields
    return client.post(path, data=fields, headers=OURS | form)


def post(client: Client, text: str, **fields: str) -> Any:
    return send(client, "/comments", url=LAKE, text=text, name="Ada", **fields)


def test_a_comment_is_posted_and_then_seen(client: Client) -> None:
    answer = post(client, "The lake is clean.")
    assert answer.status_code == 303
    seen = client.get(answer.headers["location"].partition("#")[0])
    assert seen.status_code == 200
    assert "The lake is clean." in seen.text


def test_the_cookie_lets_a_guest_edit_and_withdraw(client: Client) -> None:
    comment = post(client, "The lak is clean.").headers["location"].partition("#")[0].rpartition("/")[2]
    page = client.get(f"/comments/{comment}/edit")
    assert "The lak is clean." in page.text
    assert send(client, f"/comments/{comment}/edit", text="The lake is clean.").status_code == 303
    assert "The lake is clean." in client.get(f"/me/c/{comment}").text
    assert client.get(f"/comments/{comment}/withdraw").status_code == 200
    assert send(client, f"/comments/{comment}/withdraw").status_code == 303
    assert "Withdrawn" in client.get(f"/me/c/{comment}").text
    assert client.get(f"/c/{comment}").status_code == 404


def test_a_held_comment_leads_to_a_page_that_says_why(client: Client, moot: Moot) -> None:
    moot.allow(mode="hold_all")
    answer = post(client, "Wait for me.")
    assert answer.headers["location"].startswith("/me/c/")
    page = client.get(answer.headers["location"])
    assert "Waiting for a moderator" in page.text
    assert "looks at every comment" in page.text


def test_what_is_refused_keeps_the_words(client: Client, moot: Moot) -> None:
    moot.allow(banned_words=("casino",))
    answer = post(client, "My casino & more", story=str(moot.story.id))
    assert answer.status_code == 422
    assert "My casino &amp; more" in answer.text
    assert "does not take" in answer.text


def test_a_reply_has_a_page_of_its_own(client: Client, moot: Moot) -> None:
    comment = moot.says(moot.guest("Bo"), "Is it open?")
    page = client.get(f"/comments/{comment}/reply")
    assert "Is it open?" in page.text
    post(client, "Until June.", story=str(moot.story.id), parent=str(comment))
    assert moot.texts() == ["Is it open?", "Until June."]


def test_a_comment_is_reported_with_a_reason(client: Client, moot: Moot) -> None:
    comment = moot.says(moot.guest("Bo"), "You fool.")
    assert "What is wrong" in client.get(f"/comments/{comment}/flag").text
    assert send(client, f"/comments/{comment}/flag").status_code == 422
    assert "Thank you" in send(client, f"/comments/{comment}/flag", reason="attack").text


def test_a_vote_without_script_leads_back_to_the_comment(client: Client, moot: Moot) -> None:
    moot.allow(guests_vote=True)
    comment = moot.says(moot.guest("Bo"), "The lake is clean.")
    answer = send(client, f"/comments/{comment}/vote", value="1")
    assert answer.headers["location"] == f"/c/{comment}#c{comment}"
    assert moot.page().roots[0].comment.score == 1


def test_the_history_shows_what_stood(client: Client, moot: Moot) -> None:
    bo = moot.guest("Bo")
    comment = moot.says(bo, "It opens in May.")
    moot.later(120_000)
    moot.edit(bo, comment, "It opens in June.")
    page = client.get(f"/comments/{comment}/history").text
    assert "It opens in May." in page and "It opens in June." in page


def test_somebody_elses_comment_is_not_shown_on_a_page_of_ones_own(client: Client, moot: Moot) -> None:
    comment = moot.says(moot.guest("Bo"), "Mine.")
    assert client.get(f"/me/c/{comment}").status_code == 401
    post(client, "Hello.")
    assert client.get(f"/me/c/{comment}").status_code == 404
    assert send(client, f"/comments/{comment}/edit", text="Yours.").status_code in (403, 404)


def test_ones_own_page_shows_what_one_wrote_in_whatever_state(client: Client, moot: Moot) -> None:
    assert "not signed in" in client.get("/me").text
    post(client, "The lake is clean.")
    moot.allow(mode="hold_all")
    post(client, "Wait for me.")
    page = client.get("/me").text
    assert "The lake is clean." in page and "Wait for me." in page
    assert "Waiting for a moderator" in page and "looks at every comment" in page


def test_the_page_that_all_share_calls_nobody_a_guest_and_ones_own_form_says_who_writes(client: Client, moot: Moot) -> None:
    comment = moot.says(moot.guest("Bo"), "The lake is clean.")
    shared = client.get(f"/thread/{moot.story.id}").text
    assert "If you are signed in, leave the name empty" in shared
    bo = moot.member("Bo").id
    key = moot.db.write_now(lambda tx: sessions.begin_page(tx, bo, clock())).token
    client.cookies.set("__Host-folkmoot", key)
    assert "You write as Bo." in client.get(f"/comments/{comment}/reply").text
