"""What a thread's page holds and what it never holds, rendered from the sample thread."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from msgspec.structs import replace

from folkmoot.discussion.model import Branch, Page
from folkmoot.sites.model import Policy, Site, Theme
from folkmoot.web import static
from tests.journeys import sample, sample_forms

HOSTILE = '</script><script>alert(1)</script>"\'><img src=x onerror=alert(2)>'
ROOT = next(sample.roots())
LANGUAGES = ("en", "ar", "en-XA")


class Outline(HTMLParser):
    """The elements of a page in order, with the depth of lists around them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], int]] = []
        self.depth = 0
        self.feed(html.split('<template id="part-reply">')[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), self.depth))
        self.depth += tag == "ol"

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "ol"

    def all(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        names = {key.rstrip("_"): value for key, value in wanted.items()}
        return [given for name, given, _ in self.found if name == tag and names.items() <= given.items()]


def one(branch: Branch = ROOT, **changed: object) -> Page:
    """A page of one root."""
    return sample.page(roots=(branch,), more=None, live=1, **changed)


def test_each_comment_is_an_article_in_a_list_as_deep_as_its_level() -> None:
    outline = Outline(sample.thread(one()))
    depths = [depth for tag, _, depth in outline.found if tag == "article"]
    assert depths == [1, 2, 3, 4, 5, 6, 2]
    assert outline.all("article")[0]["aria-labelledby"] == f"b{ROOT.comment.id}"


def test_the_page_is_the_same_bytes_each_time() -> None:
    assert sample.thread() == sample.thread()


def test_more_replies_roots_and_deeper_ones_each_have_a_way() -> None:
    html = sample.thread(sample.page(roots=(ROOT,), more="n/x="))
    links = [link["href"] for link in Outline(html).all("a")]
    assert f"/thread/9001?order=best&parent={ROOT.comment.id}&after=c1" in links
    assert "/thread/9001?order=best&after=n/x%3D" in links
    assert "Show 6 more replies" in html
    assert "Continue this thread: 9 replies" in html
    assert f'href="/c/{ROOT.replies[0].replies[0].replies[0].replies[0].replies[0].comment.id}" target="_self">Continue' in html


def test_a_branch_page_goes_on_in_its_branch_under_what_it_answers() -> None:
    html = sample.thread(sample.page(roots=ROOT.replies, more="n", above=(ROOT.comment,)))
    assert f"/thread/9001?order=best&amp;parent={ROOT.comment.id}&amp;after=n" in html
    assert html.index("In answer to") < html.index(f'id="c{ROOT.comment.id}"') < html.index('id="comments"')
    assert "Show the whole discussion" in html


def test_a_permalink_marks_its_comment_below_those_it_answers() -> None:
    reply = ROOT.replies[0]
    html = sample.thread(one(reply, above=(ROOT.comment,), marked=reply.comment.id))
    assert f'<li data-id="{reply.comment.id}" class="marked">' in html
    assert "You followed a link to this comment" in html
    assert "<fm-composer><form class=\"composer\" method=\"post\" action=\"/comments\" aria-labelledby=\"say\"" not in html


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("withdrawn", "Withdrawn by its writer."),
        ("removed", "Removed by a moderator."),
        ("held", "Waiting for a moderator."),
        ("deleted", "No longer here."),
    ],
)
def test_a_tombstone_says_what_happened_and_nothing_of_its_writer(state: str, words: str) -> None:
    grave = Branch(replace(ROOT.comment, state=state, name="Hedda Lund", html="<p>secret</p>"), ())  # type: ignore[arg-type]
    html = sample.thread(one(grave))
    assert words in html
    assert "Hedda Lund" not in html
    assert "secret" not in html


def test_nothing_that_people_typed_becomes_markup() -> None:
    hostile = replace(ROOT.comment, name=HOSTILE, text=HOSTILE)
    branch = Branch(hostile, (Branch(replace(hostile, id=2), ()),))
    story, site = replace(sample.STORY, title=HOSTILE), replace(sample.SITE, name=HOSTILE)
    html = sample.thread(one(branch), story=story, site=site, title=HOSTILE, key=HOSTILE)
    outline = Outline(html)
    assert not outline.all("img")
    assert [script["type"] for script in outline.all("script")] == ["module", "application/ld+json"]


def test_search_engines_get_the_posting_with_its_first_comments() -> None:
    html = sample.thread(one())
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert found
    posting = json.loads(found[1])
    assert posting["@type"] == "DiscussionForumPosting"
    assert posting["url"] == sample.STORY.address
    assert posting["comment"][0]["author"]["name"] == "Hedda Lund"
    assert Outline(html).all("link", rel="canonical")[0]["href"] == sample.STORY.address


def test_an_empty_story_asks_and_a_closed_one_does_not() -> None:
    nothing = sample.page(roots=(), more=None, live=0)
    fresh = replace(sample.STORY, id=0)
    asked = sample.thread(nothing, story=fresh, key="courier-7")
    assert "No comments yet." in asked
    assert Outline(asked).all("input", name="key")[0]["value"] == "courier-7"
    assert not Outline(asked).all("input", name="story")
    closed = sample.thread(one(), closed=True)
    assert "Closed to new comments." in closed
    assert not Outline(closed).all("textarea")


def test_without_script_every_act_is_a_form_or_a_link_that_leaves_the_frame() -> None:
    outline = Outline(sample.thread())
    assert outline.all("base") == [{"target": "_top"}]
    assert all(form["method"] == "post" and str(form["action"]).startswith("/comments") for form in outline.all("form"))
    inside = [str(link["href"]) for link in outline.all("a", target="_self")]
    assert all(re.match(r"/thread/|/c/|#comments", href) for href in inside)


def test_staff_and_namesakes_are_marked_beside_their_names() -> None:
    html = sample.thread()
    assert re.search(r'Ines Calloway</bdi></b> <span class="tag staff">Newsroom</span>', html)
    assert re.search(r'Jory Pell</bdi></b>\s*<span class="tag">Another person of this name</span>', html)


def test_a_theme_is_linked_only_where_the_site_has_one() -> None:
    assert not Outline(sample.thread()).all("link", rel="stylesheet")
    assert Outline(sample.thread(theme="/theme/1.abc.css")).all("link", rel="stylesheet")[0]["href"] == "/theme/1.abc.css"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_names_its_language_and_direction(language: str) -> None:
    html = sample.thread(language=language)
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in html


def test_in_the_pseudo_locale_no_word_of_the_house_stays_plain() -> None:
    site = Site(1, "courier.example", "[Courier]", "en-XA", Policy(guidelines=()), Theme(), ())
    html = sample.thread(one(Branch(replace(ROOT.comment, html="", name="[Hedda]"), ())), "en-XA", site=site, title="[Title]", orders=[])
    body = re.sub(r"<(style|script)\b.*?</\1>", "", html, flags=re.DOTALL)
    said = [words.strip() for words in re.findall(r">([^<]+)<", body)]
    assert [words for words in said if re.search("[A-Za-z]{2}", words) and not words.startswith(("[", "1", "2"))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_around_a_thread_render_in_every_language(language: str) -> None:
    for html in sample_forms.pages(language).values():
        assert len(Outline(html).all("h1")) == 1
        assert Outline(html).all("main")


def test_style_and_script_keep_to_their_budget() -> None:
    assert len(static.file("look.css").gzipped) <= 6_000
    assert len(static.file("frame.js").gzipped) <= 2_000
    assert sum(len(static.file(name).gzipped) for name in static.at_first()) <= 15_000


def test_the_style_knows_no_left_and_no_right() -> None:
    css = re.sub(r"/\*.*?\*/", "", static.file("look.css").plain.decode(), flags=re.DOTALL)
    assert re.findall(r"(?:margin|padding|border|inset)-(?:left|right|top|bottom)|[\s;{](?:left|right|width|height)\s*:", css) == []


def test_no_script_turns_text_into_markup_but_through_the_one_policy() -> None:
    sources = {path.name: path.read_text("utf-8") for path in static.FOLDER.glob("*.js")}
    assert [name for name, text in sources.items() if re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text)] == []
    assert [name for name, text in sources.items() if "createPolicy" in text or "parseFromString" in text] == ["page.js"]
