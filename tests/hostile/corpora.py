"""The hostile corpora that lie beside the checkout (../shared/data/hostile), and a few inputs of every kind that lie here.

Each corpus is read when it is asked for; where it is absent, the test that asks is skipped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).parents[3] / "shared" / "data"
HOSTILE = SHARED / "hostile"

SAMPLES = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg><style><a title='</style><img src onerror=alert(1)>'>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<bdi class=host>news.example</bdi>",
    "[x](javascript:alert(1))", "[x](java&#x09;script:alert(1))", "[x](\u2028javascript:alert(1))", "<javascript:alert(1)>",
    "![x](data:text/html;base64,PHNjcmlwdD4=)", "[x](//evil.example)", "[x](/path)", "[x](http:evil.example)",
    "[x](https:\\\\evil.example)", "[x](https://user@evil.example/)", "[x](https://evil.example%2f@news.example/)",
    "[x](mailto:a@b.example?bcc=c@d.example)", "[x](https://localhost/)", "[x](https://10.0.0.1/)", "[x](https://2130706433/)",
    "[x](https://[::1]/)", "[x](https://0x7f.1/)", "[x](https://intranet/)", "[x](https://a.local/)",
    "[a](https://x.example/\"onmouseover=\"alert(1))", "```js\" onload=\"alert(1)\nx\n```", "[x](https://x.example){onclick=alert(1)}",
    "<https://x.example/\"onmouseover=\"alert(1)>", "| a |\n|-|\n| <img src=x onerror=alert(1)> |",
    "\u202egnp.exe\u202c", "[\u202etxt.exe](https://x.example/\u202e)", "Z\u0351\u036e\u0351\u036e\u0351\u036ealgo", "\ufeff\u200b\u2060a",
    "]]>--><!--", "<!DOCTYPE x><?php x ?>", "&lt;script&gt;", "\x0b\x0c\x1b[31m\x7f\x85", "’\u2066”\u2069", "%00%0d%0a", "{{7*7}}${7*7}",
)


def _file(name: str) -> Path:
    path = HOSTILE / name
    if not path.exists():
        pytest.skip(f"{name} of the hostile corpora is not here")
    return path


def own(kind: str) -> list[dict[str, Any]]:
    """The cases of one class of own-cases.jsonl: id, expect, input."""
    cases = map(json.loads, _file("own-cases.jsonl").read_text("utf-8").splitlines())
    return [case for case in cases if case["class"] == kind]


def commonmark() -> list[dict[str, Any]]:
    """The examples of CommonMark 0.31.2: markdown, html, example, section."""
    found: list[dict[str, Any]] = json.loads(_file("commonmark-0.31.2.json").read_text("utf-8"))
    return found


def confusables() -> list[dict[str, str]]:
    """Pairs of an ASCII letter or digit and what looks like it."""
    found: list[dict[str, str]] = json.loads(_file("confusables-sample.json").read_text("utf-8"))
    return found


def behaviour(name: str) -> dict[str, Any]:
    """One of the files of behaviour cases."""
    path = SHARED / "behaviour" / name
    if not path.is_file():
        pytest.skip(f"{name} of the behaviour cases is not here")
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def texts() -> Iterator[str]:
    """Every hostile text of every corpus, about 11,000."""
    yield from _file("xss-payloads.txt").read_text("utf-8").split("\n")
    yield from (json.loads(line)["html"] for line in _file("soup.jsonl").read_text("utf-8").splitlines())
    yield from (case["payload"] for case in json.loads(_file("dompurify-expect.json").read_text("utf-8")))
    yield from json.loads(_file("blns.json").read_text("utf-8"))
    for path in sorted(_file("html5lib-tokenizer").glob("*.json")):
        yield from (test["input"] for test in json.loads(path.read_text("utf-8")).get("tests", []))
    yield from (case["markdown"] for case in commonmark())
    for case in map(json.loads, _file("own-cases.jsonl").read_text("utf-8").splitlines()):
        if isinstance(case.get("input"), str):
            yield case["input"]
