"""Folkmoot for MkDocs: put this file beside mkdocs.yml and name it there, with the server's address and the site's own.

    site_url: https://docs.example/
    hooks: [folkmoot_hook.py]
    extra: {folkmoot: https://talk.example}

A page whose front matter says `folkmoot: false` has no discussion; nor has the front page.
"""

from html import escape
from urllib.parse import quote


def on_page_content(html, page, config, **_):
    """Puts the discussion below a page's words."""
    server = config.extra.get("folkmoot")
    if not server or page.is_homepage or page.meta.get("folkmoot") is False:
        return html
    story = page.canonical_url
    at = escape(f"{server}/thread?url={quote(story, safe='')}")
    return (
        f'{html}<folkmoot-thread data-url="{escape(story)}"><noscript><iframe src="{at}" title="Discussion" loading="lazy" height="900" '
        f'style="border:0;inline-size:100%"></iframe></noscript><a href="{at}">Discussion</a></folkmoot-thread>'
        f'<script async src="{escape(server)}/embed.js"></script>'
    )
