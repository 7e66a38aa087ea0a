"""Every answer carries the headers that make a browser careful."""

from __future__ import annotations

import re

import pytest

from folkmoot.web import headers
from tests.web.stand import HERE, Client

CAREFUL = {
    "default-src": "'none'", "script-src": "'self'", "img-src": "'self'", "connect-src": "'self'", "form-action": "'self'",
    "base-uri": "'none'", "require-trusted-types-for": "'script'", "trusted-types": "folkmoot",
}  # fmt: skip


def rules(policy: str) -> dict[str, str]:
    return dict(part.strip().split(" ", 1) for part in policy.split(";"))


def test_a_page_has_the_whole_set(client: Client) -> None:
    for answer in (client.get("/problems/invalid"), client.get("/nowhere"), client.post("/words", data={"text": "a"})):
        assert rules(answer.headers["content-security-policy"]).items() >= CAREFUL.items()
        assert rules(answer.headers["content-security-policy"])["frame-ancestors"] == "'none'"
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "camera=()" in answer.headers["permissions-policy"]


@pytest.mark.parametrize("path", ["/api/words/12", "/api/openapi.json", "/livez", "/api/nowhere"])
def test_what_programs_get_can_do_nothing_in_a_browser(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_framed_page_names_who_may_frame_it_and_which_style_is_its_own() -> None:
    mark = headers.style_hash("p { color: red }")
    given = headers.page(frames=["https://news.example", "https://*.news.example"], styles=[mark])
    policy = rules(given["Content-Security-Policy"])
    assert policy["frame-ancestors"] == "https://news.example https://*.news.example"
    assert re.fullmatch(r"'self' 'sha256-[A-Za-z0-9+/]{43}='", policy["style-src"])


def test_private_answers_are_kept_by_nobody(client: Client) -> None:
    page = client.post("/words", data={"text": "a"}, headers={"origin": HERE})
    assert page.headers["cache-control"] == "private, no-store"
    assert page.headers["cross-origin-opener-policy"] == "same-origin"
    assert client.get("/api/whereabouts").headers["cache-control"] == "private, no-store"


def test_a_popup_may_speak_to_the_window_that_opened_it() -> None:
    assert "Cross-Origin-Opener-Policy" not in headers.page(private=True, opener=True)


def test_any_page_may_read_what_is_public_and_only_that(client: Client) -> None:
    assert client.get("/api/words/12").headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in client.get("/api/words/12").headers
    for path in ("/api/whereabouts", "/problems/invalid"):
        assert "access-control-allow-origin" not in client.get(path, headers={"origin": "https://news.example"}).headers


def test_no_page_may_ask_what_it_may_write(client: Client) -> None:
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    answer = client.request("OPTIONS", "/api/words", headers=asked | {"origin": "https://news.example"})
    assert answer.status_code == 405
    assert "access-control-allow-origin" not in answer.headers
