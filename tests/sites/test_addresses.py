"""Addresses: one key for every spelling of a story, hosts compared label by label, origins exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from folkmoot.errors import Invalid
from folkmoot.sites.addresses import clean_address, clean_host, host_of, matches, origin_of, spoken_for
from tests.hostile import corpora

KEY = "news.example/a/b?p=4"


@pytest.mark.parametrize("address", [
    "https://news.example/a/b?p=4", "http://news.example/a/b?p=4", "https://www.news.example/a/b?p=4", "https://NEWS.example:443/a/b/?p=4#comments",
    "http://news.example:80/a/b?p=4", "https://news.example/a/c/../b?p=4", "https://news.example/%61/b?%70=4", "https://news.example/a/%2e/b?p=4",
    "https://news.example/a/b?utm_source=x&p=4&UTM_Campaign=y&fbclid=z&gclid=1&mc_cid=2&mtm_kwd=3", "  https://news.example/a/b?p=4&\n",
    "https:\\\\news.example\\a\\b?p=4",
])  # fmt: skip
def test_every_spelling_of_an_address_has_one_key(address: str) -> None:
    assert clean_address(address) == KEY


@pytest.mark.parametrize(("address", "key"), [
    ("https://news.example", "news.example"), ("https://news.example/?", "news.example"), ("https://news.example/?p=123", "news.example?p=123"),
    ("https://news.example/a?b=2&a=1&b=1", "news.example/a?a=1&b=2&b=1"), ("https://news.example/A", "news.example/A"),
    ("https://news.example:8443/a", "news.example:8443/a"), ("http://localhost:8080/a", "localhost:8080/a"), ("https://www.example/", "www.example"),
    ("https://müller.example/ö?q=ü", "xn--mller-kva.example/%C3%B6?q=%C3%BC"), ("https://news.example/a%2fb", "news.example/a%2Fb"),
    ("https://news.example/100%25", "news.example/100%25"), ("https://news.example/utm_source", "news.example/utm_source"),
])  # fmt: skip
def test_what_tells_stories_apart_is_kept(address: str, key: str) -> None:
    assert clean_address(address) == key


@pytest.mark.parametrize("address", [
    "", "news.example/a", "/a", "javascript:alert(1)", "ftp://news.example/", "https://", "https://ada@news.example/", "https://ada:pw@news.example/",
    "https://a b/", "https://news.example:99999/", "https://news.example/" + "a" * 2_000, "https://news.example/" + "ö" * 700, "https://\ud800/", "https://%00/",
])  # fmt: skip
def test_what_is_no_address_of_a_page_is_refused(address: str) -> None:
    with pytest.raises(Invalid) as refused:
        clean_address(address)
    assert refused.value.field == "url"


SPELLED = r"https?://(www\.)?[a-z]{1,3}\.example(:80|:443|:8080)?(/[a-zA-Z0-9%2é.]{0,4}){0,3}/?(\?[a-z]=[0-9%]{0,3}&utm_a=1)?"


@given(some.from_regex(SPELLED, fullmatch=True))
def test_the_key_of_a_key_is_the_key(address: str) -> None:
    key = clean_address(address)
    assert clean_address(f"https://{key}") == key
    assert key.isascii() and "utm_" not in key and "#" not in key


def test_the_story_cases_hold() -> None:
    for case in corpora.own("story-url"):
        rule, _, other = case["expect"].partition(":")
        try:
            same = clean_address(case["input"]) == clean_address(other)
        except Invalid:
            same = False
        assert same == (rule == "same-thread-as"), case["id"]


def test_host_and_origin_are_those_that_a_browser_would_use() -> None:
    assert host_of("https://User-Agent.NEWS.example:443/a") == "user-agent.news.example"
    assert host_of("http://localhost:8080/a") == "localhost:8080"
    assert origin_of("http://NEWS.example:80/a?b#c") == "http://news.example"
    assert origin_of("https://news.example:8443/") == "https://news.example:8443"


@pytest.mark.parametrize(("typed", "host"), [
    ("news.example", "news.example"), (" News.Example ", "news.example"), ("https://news.example/", "news.example"),
    ("localhost:8080", "localhost:8080"), ("news.example:443", "news.example"), ("news.example:80", "news.example"),
    ("müller.example", "xn--mller-kva.example"), ("[::1]:8080", "[::1]:8080"),
])  # fmt: skip
def test_a_host_is_registered_in_one_spelling(typed: str, host: str) -> None:
    assert clean_host(typed) == host


@pytest.mark.parametrize("typed", ["", "*", "*.news.example", "a b", "news.example/a", "ada@news.example", "news.example?x", "a..b/", ":80", "https://"])
def test_what_is_no_host_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        clean_host(typed)
    assert refused.value.field == "host"


def test_a_wildcard_stands_on_a_border_of_labels() -> None:
    assert clean_host("*.News.example", wildcard=True) == "*.news.example"
    for typed in ("*.example", "*news.example", "news.*.example", "*.*.news.example", "*"):
        with pytest.raises(Invalid):
            clean_host(typed, wildcard=True)


@pytest.mark.parametrize(("host", "registered", "fits"), [
    ("news.example", "news.example", True), ("evilnews.example", "news.example", False), ("a.news.example", "news.example", False),
    ("a.news.example", "*.news.example", True), ("b.a.news.example", "*.news.example", True), ("news.example", "*.news.example", False),
    ("evilnews.example", "*.news.example", False), ("news.example.evil.example", "*.news.example", False),
    ("news.example:8080", "news.example", False),
    ("a.news.example:8080", "*.news.example:8080", True), ("news.example.", "news.example", False),
])  # fmt: skip
def test_hosts_are_compared_label_by_label(host: str, registered: str, fits: bool) -> None:
    assert matches(host, registered) is fits


LABEL = some.from_regex(r"[a-z0-9-]{1,5}", fullmatch=True)


@given(some.lists(LABEL, min_size=1, max_size=4), some.lists(LABEL, min_size=1, max_size=3))
def test_a_wildcard_never_fits_by_the_end_of_a_label(above: list[str], base: list[str]) -> None:
    registered, host = "*." + ".".join(base), ".".join(above + base)
    assert matches(host, registered)
    assert not matches(host.replace(".", "", 1), registered) or len(above) > 1


def is_the_only_one(origin: str) -> bool:
    """The whole rule for an Origin header where https://news.example alone is registered."""
    try:
        return origin_of(origin) == origin and origin.startswith("https://") and matches(host_of(origin), "news.example")
    except Invalid:
        return False


def test_an_origin_is_compared_exactly_as_browsers_write_it() -> None:
    assert is_the_only_one("https://news.example")
    for origin in ("null", "", "https://news.example/", "HTTPS://news.example", "https://news.example:443", "https://x@news.example"):
        assert not is_the_only_one(origin)


def test_the_origin_cases_hold() -> None:
    for case in corpora.own("embed-origin"):
        assert is_the_only_one(case["input"]) == (case["expect"] == "accept"), case["id"]


def test_a_host_is_spoken_for_with_its_www() -> None:
    hosts = ["news.example", "*.towns.example", "localhost:8080", "127.0.0.1:80", "www.old.example"]
    assert set(spoken_for(hosts)) == {*hosts, "www.news.example"}
