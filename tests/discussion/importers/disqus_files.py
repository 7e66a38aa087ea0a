"""Disqus exports of any size, made for a test."""

from __future__ import annotations

from pathlib import Path

HEAD = '<?xml version="1.0"?>\n<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals">\n'


def thread(number: int, address: str) -> str:
    return f'<thread dsq:id="{number}"><id/><link>{address}</link><title>Story {number}</title><createdAt>2015-01-01T00:00:00Z</createdAt></thread>\n'


def post(number: int, said: str = "", story: int = 1, parent: int | None = None, **flags: str) -> str:
    """A post by the account `user{number % 7}`, a second after the one before."""
    more = "".join(f"<{name}>{value}</{name}>" for name, value in flags.items())
    answers = f'<parent dsq:id="{parent}"/>' if parent else ""
    at = f"2015-02-01T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z"
    return (
        f'<post dsq:id="{number}"><message>{said or f"Number {number}"}</message><createdAt>{at}</createdAt>{more}'
        f'<author><name>User {number % 7}</name><username>user{number % 7}</username></author><thread dsq:id="{story}"/>{answers}</post>\n'
    )


def export(path: Path, *parts: str) -> Path:
    path.write_text(HEAD + "".join(parts) + "</disqus>\n", "utf-8")
    return path


LAKE, MILL = "https://news.example/lake", "https://news.example/mill"


def two_stories(path: Path, comments: int) -> Path:
    """Two stories; every third comment begins a branch, the others answer the one before them in their story."""
    posts = [post(number, story=number % 2 + 1, parent=number - 2 if number % 3 and number > 2 else None) for number in range(1, comments + 1)]
    return export(path, thread(1, LAKE), thread(2, MILL), *posts)
