"""The few lines that a publisher puts under a story. They work without script, too."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode


def snippet(server: str, address: str, key: str | None = None, label: str = "Discussion") -> str:
    """The HTML for one story. server: Folkmoot's own address, without a path; address: the story's; key: the publisher's own id of it."""
    told = {"url": address} if key is None else {"url": address, "story": key}
    thread = escape(f"{server}/thread?{urlencode(told)}")
    story = f' data-story="{escape(key)}"' if key is not None else ""
    return (
        f'<folkmoot-thread data-url="{escape(address)}"{story}>\n'
        f'  <noscript><iframe src="{thread}" title="{escape(label)}" loading="lazy" height="900"'
        ' style="border:0;inline-size:100%"></iframe></noscript>\n'
        f'  <a href="{thread}">{escape(label)}</a>\n'
        f"</folkmoot-thread>\n"
        f'<script async src="{escape(server)}/embed.js"></script>'
    )
