"""Folkmoot for Pelican: a plugin that puts the discussion below every article, whatever the theme.

    PLUGIN_PATHS = ["plugins"]; PLUGINS = ["folkmoot"]; FOLKMOOT_SERVER = "https://talk.example"; SITEURL = "https://news.example"

An article with `Folkmoot: no` has none.
"""

from html import escape
from urllib.parse import quote

from pelican import signals


def snippet(article, settings):
    """What an article's page holds."""
    server, story = settings["FOLKMOOT_SERVER"], f"{settings['SITEURL']}/{article.url}"
    at = escape(f"{server}/thread?url={quote(story, safe='')}")
    return (
        f'<folkmoot-thread data-url="{escape(story)}"><noscript><iframe src="{at}" title="Discussion" loading="lazy" height="900" '
        f'style="border:0;inline-size:100%"></iframe></noscript><a href="{at}">Discussion</a></folkmoot-thread>'
        f'<script async src="{escape(server)}/embed.js"></script>'
    )


def put_below(generator):
    """Below the words of the article's own page; summaries and feeds stay as they are."""
    if not generator.settings.get("FOLKMOOT_SERVER"):
        return
    for article in generator.articles:
        if article.metadata.get("folkmoot", "yes") != "no":
            article._content = article._content + snippet(article, generator.settings)


def register():
    signals.article_generator_finalized.connect(put_below)
