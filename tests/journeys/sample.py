"""A thread that holds everything a page can show, for looking at it and for tests of templates: made up, like everybody in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from markupsafe import Markup

from folkmoot.discussion.model import Branch, Comment, Page
from folkmoot.notes.showing import Head
from folkmoot.reading.fragments import Fragments
from folkmoot.sites.model import Policy, Site, Story, Theme
from folkmoot.web import static
from folkmoot.web.pages import render

HOUR = 3_600_000
NOW = 1_780_000_000_000
SITE = Site(1, "courier.example", "The Ostley Courier", "en", Policy(), Theme(), ("courier.example",))
ADDRESS, TITLE = "https://courier.example/lakes/linnet-lake-to-close", "Linnet Lake to close to swimmers from 1 June"
STORY = Story(9001, 1, None, ADDRESS, TITLE, "site", None, NOW - 30 * HOUR, None)
ORDERS = ("best", "Best"), ("newest", "Newest"), ("oldest", "Oldest"), ("replies", "Most replies"), ("hot", "Hot")

LIFEGUARD = (
    "<p>I ran the lifeguards at the east beach for seven summers. We shut the water on nineteen days in all that time, and every one of "
    "them came within two days of heavy rain.</p><p>So we know <em>when</em> the lake is bad. “Closed for 48 hours after 20 mm of rain” costs a "
    "chalkboard and somebody who reads a rain gauge. Closing it on the other hundred days makes nobody safer; it only sends the teenagers to "
    "the quarry, where there is no one to watch them.</p>"
)
QUOTE = (
    "<blockquote><p>daily testing is $310 a time</p></blockquote><p>That is one bottle sent by courier. The county’s own lab takes five for "
    "$140, and it is on Mill Road, ten minutes by bicycle. I have done it.</p>"
)
LINK = (
    "<p>Port Ansel did exactly this. Their figures for last summer: 61 tests, 4 closures, $1,708 in all. The table is on page 3: "
    '<a href="https://portansel.example/lake-2025.pdf" rel="ugc nofollow noopener">lake report 2025</a> (portansel.example).</p>'
)
LISTED = "<p>What I would ask the council:</p><ol><li>Which end of the lake?</li><li>Which days?</li><li>Who reads the gauge?</li></ol>"
ARABIC = "<p>كنا نسبح هنا كل صيف منذ وصلنا إلى أوستلي. علّموا أولادي السباحة على هذا الرصيف، ولا أحد سألنا.</p>"


class _Thread:
    """Makes comments with ids in the order in which they are made."""

    def __init__(self) -> None:
        self.last = 100

    def say(self, name: str, html: str, *below: Branch, hours: float = 3, up: int = 7, down: int = 1, **other: object) -> Branch:
        self.last += 1
        more, folded = other.pop("more", None), bool(other.pop("folded", False))
        left = int(str(other.pop("left", 0)))
        values = {
            "id": self.last, "story": STORY.id, "parent": 0, "level": 1, "person": self.last, "name": name, "html": html, "text": html[3:40],
            "posted": int(NOW - hours * HOUR), "edited": None, "state": "published", "up": up, "down": down,
            "replies": len(below) + left, "marks": (),
        } | other  # fmt: skip
        return Branch(Comment(**values), below, str(more) if more else None, folded)  # type: ignore[arg-type]


def roots() -> Iterator[Branch]:
    """The sample's roots."""
    thread = _Thread()
    say = thread.say
    noor = say("Noor Haddadin", "<p>I asked the insurer’s agent this morning. She would not say yes, but she said the word “batch” before I did.</p>",
               hours=0.6, up=12, down=0, left=9, more="c0", folded=True)
    tobias = say("Tobias Achterberg", "<p>I had not seen that. If the insurer takes a batch of five, most of my objection is gone.</p>", noor,
                 hours=1, up=33)
    amara = say("Amara Nwosu-Lind", LINK, tobias, hours=2, up=57)
    hedda = say("Hedda Lund", QUOTE, amara, hours=2.6, up=61)
    chalk = say("Tobias Achterberg", "<p>A chalkboard does not pay when somebody’s child gets ill. The insurer asked for daily testing, and daily "
                "testing is $310 a time.</p>", hedda, hours=4, up=19, edited=NOW - 3 * HOUR)
    gareth = say("Gareth Plume", "<p>The board at the east beach still has your handwriting on it, by the way.</p>", hours=2, up=24)
    yield say("Hedda Lund", LIFEGUARD, chalk, gareth, hours=6, up=150, down=2, left=6, more="c1")
    mei = say("Mei-Ling Zhao", "<p>Please ask for the <em>dates</em> as well. A number without its day tells us nothing about rain.</p>",
              hours=4, up=41)
    yield say("Ines Calloway", "<p>I wrote this story. Two readers asked for the raw tables, so I have asked the county for them and will put "
              "them here when they come.</p>", mei, hours=5, up=72, marks=("staff",))
    yusuf = say("Yusuf Karadeniz", "<p>Thank you for taking that back. For the record: the lifeguards are paid by the county until 2028, "
                "not by us.</p>", up=38)
    yield say("", "", yusuf, hours=3.5, state="withdrawn", up=0, down=0)
    yield say("Bartholomew Finch-Adeyemi", LISTED, hours=5, up=29)
    yield say("", "", say("Priya Raman-Holt", "<p>So the $86,000 is not saved at all?</p>", up=17), hours=4, state="removed", up=0, down=0)
    yield say("Jory Pell", "<p>Five people who have never been in past their ankles have decided this for the rest of us.</p>", up=2, down=5)
    yield say("سمير حداد", ARABIC, hours=1, up=22, down=0)
    yield say("Jory Pell", "<p>I am the other one, from Mill Road. Hello to my namesake.</p>", hours=200, up=1, down=0, marks=("namesake",))


def page(**changed: object) -> Page:
    """The sample's first page."""
    values = {"story": STORY.id, "version": 7, "order": "best", "effective": "best", "roots": tuple(roots()), "more": "next", "live": 128}
    return Page(**(values | changed))  # type: ignore[arg-type]


def thread(shown: Page | None = None, language: str = "en", **changed: object) -> str:
    """The whole thread page as HTML."""
    shown = shown or page()
    orders = [(name, words, f"/thread/{STORY.id}?order={name}", name == shown.order) for name, words in ORDERS]
    values = {
        "style": Markup(static.file("look.css").plain.decode()), "theme": None, "page": shown, "story": STORY, "site": SITE, "orders": orders,
        "key": "", "title": STORY.title, "closed": False,
    } | changed  # fmt: skip
    kept, story = Fragments(), cast(Story, values["story"])
    values |= {"article": kept.article(language), "branch": kept.branch(shown, story, language)}
    values["parts"] = kept.parts(story, str(values["key"]), language)
    return render("reading/thread.html", language, **{"notes": Head()} | values)
