"""{% folkmoot [path] [id] %}: the discussion of a page, with and without script."""

from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag(takes_context=True)
def folkmoot(context, path=None, story=None):
    """path: the story's own path or address, else the page's. story: your own id of it, which survives a new address."""
    request, server = context["request"], settings.FOLKMOOT_SERVER.rstrip("/")
    url = request.build_absolute_uri(path or request.path)
    at = f"{server}/thread?{urlencode({'url': url} | ({'story': story} if story is not None else {}))}"
    known = format_html(' data-story="{}"', story) if story is not None else ""
    return format_html(
        '<folkmoot-thread data-url="{}"{}><noscript><iframe src="{}" title="{title}" loading="lazy" height="900" '
        'style="border:0;inline-size:100%"></iframe></noscript><a href="{}">{title}</a></folkmoot-thread><script async src="{}/embed.js"></script>',
        url, known, at, at, server, title=_("Discussion"),
    )
