"""Discussion over HTTP: the API that programs and the embed use."""

from __future__ import annotations

from typing import Any

import pytest

from folkmoot.app import create_app
from folkmoot.people import sessions
from folkmoot.settings import Limits, Mail, Server, Settings
from folkmoot.web.kit import clock
from tests.moot import Moot
from tests.web.stand import HERE, Client

LAKE = "https://news.example/lake"
SETTINGS = Settings(server=Server(public_url=HERE), limits=Limits(enabled=False))


@pytest.fixture
def client(moot: Moot) -> Client:
    return Client(create_app(SETTINGS, moot.db))


def say(client: Client, text: str, **more: Any) -> Any:
    headers = more.pop("headers", {})
    return client.post("/api/v1/comments", json={"url": LAKE, "text": text, **more}, headers=headers)


def bearer(answer: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def shown(client: Client) -> list[str]:
    return [comment["text"] for comment in client.get(f"/api/v1/thread?url={LAKE}").json()["comments"]]


def test_a_guest_posts_and_gets_the_key_to_what_is_theirs(client: Client) -> None:
    answer = say(client, "The *lake* is clean.", name="Ada")
    assert answer.status_code == 201
    assert answer.json()["verdict"] == "published"
    assert answer.json()["comment"]["html"] == "<p>The <em>lake</em> is clean.</p>\n"
    edited = client.request("PATCH", f"/api/v1/comments/{answer.json()['comment']['id']}", json={"text": "It is clear."}, headers=bearer(answer))
    assert edited.status_code == 200
    assert shown(client) == ["It is clear."]


def test_the_first_comment_takes_a_story_in(client: Client) -> None:
    address = "https://news.example/new-story?utm_source=x"
    assert client.get(f"/api/v1/thread?url={address}").status_code == 404
    assert client.post("/api/v1/comments", json={"url": address, "text": "First!", "name": "Ada"}).status_code == 201
    assert client.get("/api/v1/thread?url=https://www.news.example/new-story").json()["story"]["comments"] == 1


def test_a_fragment_is_the_comment_as_its_writer_sees_it(client: Client) -> None:
    answer = say(client, "Here.", name="Ada", headers={"Prefer": "return=fragment"})
    assert f'data-id="{answer.json()["comment"]["id"]}"' in answer.json()["fragment"]
    assert "fragment" not in say(client, "There.", name="Ada").json()


def test_a_held_comment_is_nowhere_but_with_its_writer(client: Client, moot: Moot) -> None:
    moot.allow(mode="hold_all")
    answer = say(client, "Wait for me.", name="Ada")
    comment = answer.json()["comment"]["id"]
    assert answer.status_code == 201
    assert (answer.json()["verdict"], bool(answer.json()["why"])) == ("held", True)
    assert shown(client) == []
    assert client.get(f"/api/v1/counts?url={LAKE}").json()["counts"] == {LAKE: 0}
    assert client.get(f"/c/{comment}").status_code == 404
    assert client.get(f"/api/v1/comments/{comment}/history").status_code == 404
    assert "Wait for me" not in client.get(f"/thread?url={LAKE}").text
    mine = client.get(f"/me/thread/{moot.story.id}", headers=bearer(answer)).json()
    assert [own["id"] for own in mine["own"]] == [comment]


def test_a_repeat_with_the_same_key_acts_once(client: Client) -> None:
    key = {"Idempotency-Key": "a-key-of-mine"}
    first, second = say(client, "Once.", name="Ada", headers=key), say(client, "Once.", name="Ada", headers=key)
    assert first.json()["comment"]["id"] == second.json()["comment"]["id"]
    assert say(client, "Twice.", name="Ada", headers=key).status_code == 409
    assert shown(client) == ["Once."]


def test_withdrawing_answers_with_nothing_and_leaves_nothing(client: Client) -> None:
    answer = say(client, "Said too much.", name="Ada")
    gone = client.request("DELETE", f"/api/v1/comments/{answer.json()['comment']['id']}", headers=bearer(answer))
    assert (gone.status_code, gone.content) == (204, b"")
    assert shown(client) == []


def test_a_vote_says_whether_it_counts(client: Client) -> None:
    comment = say(client, "The lake is clean.", name="Ada").json()["comment"]["id"]
    answer = client.request("PUT", f"/api/v1/comments/{comment}/vote", json={"value": 1})
    assert answer.status_code == 200
    assert (answer.json()["value"], answer.json()["counts"]) == (1, False)
    assert answer.json()["token"]


def test_a_report_is_taken_from_anybody(client: Client) -> None:
    comment = say(client, "You fool.", name="Ada").json()["comment"]["id"]
    answer = client.post(f"/api/v1/comments/{comment}/flags", json={"reason": "attack", "detail": "Really."})
    assert (answer.status_code, answer.json()["reported"]) == (201, True)


def test_a_preview_changes_nothing(client: Client) -> None:
    answer = client.post("/api/v1/preview", json={"text": "**Bold**"})
    assert answer.json() == {"html": "<p><strong>Bold</strong></p>\n"}
    assert shown(client) == []


def test_what_does_not_fit_is_refused_with_its_field(client: Client) -> None:
    cases: list[tuple[dict[str, Any], int, str | None]] = [
        ({"url": LAKE}, 422, "text"),
        ({"url": LAKE, "text": ""}, 422, "text"),
        ({"url": LAKE, "text": "\u200b"}, 422, "text"),
        ({"url": LAKE, "text": "x" * 5_001, "name": "Ada"}, 413, "text"),
        ({"url": LAKE, "text": "Hello", "colour": "red"}, 422, "colour"),
        ({"url": LAKE, "text": ["Hello"]}, 422, "text"),
        ({"url": LAKE, "text": "Hello", "parent": "99"}, 404, "parent"),
        ({"url": LAKE, "text": "Hello", "parent": "x"}, 422, "parent"),
        ({"url": LAKE, "text": "Hello", "name": "x" * 90}, 422, "name"),
        ({"url": "https://evil.example/", "text": "Hello"}, 422, "url"),
        ({"url": "not an address", "text": "Hello"}, 422, "url"),
    ]
    for body, status, field in cases:
        answer = client.post("/api/v1/comments", json=body)
        assert (answer.status_code, answer.json().get("field")) == (status, field), (body, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]
    assert shown(client) == []


def test_only_moderators_see_the_queue(client: Client, moot: Moot) -> None:
    answer = say(client, "Hello.", name="Ada")
    assert client.get("/api/v1/queue").status_code == 401
    assert client.get("/api/v1/queue", headers=bearer(answer)).status_code == 403
    decided = client.post(f"/api/v1/comments/{answer.json()['comment']['id']}/decisions", json={"do": "remove"}, headers=bearer(answer))
    assert decided.status_code == 403
    assert shown(client) == ["Hello."]


def test_a_guest_whose_answer_was_lost_gets_the_same_key_again_though_none_is_kept(client: Client, moot: Moot) -> None:
    key = {"Idempotency-Key": "a-key-of-mine"}
    first, second = say(client, "Once.", name="Ada", headers=key), say(client, "Once.", name="Ada", headers=key)
    assert first.json()["token"] == second.json()["token"]
    edited = client.request(
        "PATCH", f"/api/v1/comments/{first.json()['comment']['id']}", json={"text": "Once more."}, headers=bearer(second)
    )
    assert edited.status_code == 200
    kept = moot.db.read_now(lambda tx: tx.rows("SELECT repeat_key, body FROM answer"))
    assert first.json()["token"] not in str(kept) and "a-key-of-mine" not in str(kept)


def test_a_phone_that_changes_its_network_posts_once(client: Client) -> None:
    key = {"Idempotency-Key": "0123456789abcdef0123456789abcdef"}
    first = say(client, "Once.", name="Ada", headers=key)
    second = say(client, "Once.", name="Ada", headers=key | {"X-Forwarded-For": "203.0.113.9"} | bearer(first))
    assert first.json()["comment"]["id"] == second.json()["comment"]["id"]
    assert shown(client) == ["Once."]


def test_what_is_no_mailbox_is_refused_before_anything_is_posted(moot: Moot, tmp_path: object) -> None:
    settings = Settings(server=Server(public_url=HERE), limits=Limits(enabled=False), mail=Mail(to_folder=str(tmp_path)))
    client = Client(create_app(settings, moot.db))
    refused = say(client, "Hello.", name="Ada", email="nope")
    assert (refused.status_code, refused.json()["field"], shown(client)) == (422, "email", [])
    assert say(client, "Hello.", name="Ada", email="ada@mail.example").json()["code_id"]


def key_of_ines(moot: Moot) -> dict[str, str]:
    moot.now = clock()
    moderator = moot.member("Ines", "moderator").id or 0
    return {"Authorization": f"Bearer {moot.db.write_now(lambda tx: sessions.begin_keys(tx, moderator, moot.now)).access}"}


def place(posted: Any) -> str:
    return f"/api/v1/comments/{posted.json()['comment']['id']}"


def test_strangers_hear_nothing_of_what_was_held_and_never_shown(client: Client, moot: Moot) -> None:
    ines = key_of_ines(moot)
    moot.allow(mode="hold_all")
    withdrawn, removed, seen = (say(client, f"The lake, number {number}.", name="Ada") for number in range(3))
    assert client.request("DELETE", place(withdrawn), headers=bearer(withdrawn)).status_code < 300
    assert client.post(f"{place(removed)}/decisions", json={"do": "remove", "reason": "Foul."}, headers=ines).status_code < 300
    assert client.get(f"/api/v1/news?url={LAKE}").json()["gone"] == []
    assert client.post(f"{place(seen)}/decisions", json={"do": "release"}, headers=ines).status_code < 300
    assert client.request("DELETE", place(seen), headers=bearer(seen)).status_code < 300
    assert client.get(f"/api/v1/news?url={LAKE}").json()["gone"] == [[seen.json()["comment"]["id"], "withdrawn"]]


def test_an_edit_that_waits_is_taken_back_by_coming_back_to_the_words_that_are_shown(client: Client, moot: Moot) -> None:
    ines = key_of_ines(moot)
    moot.allow(suspect_words=("casino",))
    answer = say(client, "The original words.", name="Ada")
    comment = answer.json()["comment"]["id"]

    def edit(words: str) -> Any:
        return client.request("PATCH", place(answer), json={"text": words}, headers=bearer(answer)).json()["verdict"]

    assert edit("Visit my casino.") == "held"
    assert comment in client.get("/api/v1/queue", headers=ines).text
    assert edit("The original words.") == "published"
    assert comment not in client.get("/api/v1/queue", headers=ines).text
    assert client.post(f"{place(answer)}/decisions", json={"do": "release"}, headers=ines).status_code == 409
    assert shown(client) == ["The original words."]
