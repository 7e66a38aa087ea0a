"""`folkmoot story`: what is talked about. A story is named by its id or its address."""

from __future__ import annotations

import click
import msgspec

from folkmoot.cli.opening import Command, change, opened, site_named, story_named
from folkmoot.cli.terminal import Fields, Group, done, dry_run_option, json_option, show, show_all, time_of
from folkmoot.desk import merging as joining
from folkmoot.discussion.paging import counts
from folkmoot.people.model import COMMAND
from folkmoot.sites import store, stories
from folkmoot.sites.merging import own_number
from folkmoot.sites.model import Story
from folkmoot.storage.database import Tx
from folkmoot.web.kit import clock


@click.group("story", cls=Group)
def group() -> None:
    """Stories: add, close, rename, give another address."""


group.command_class = Command
reason_option = click.option("--reason", default="", help="Why; it is kept with the decision.")


@group.command("list")
@click.option("--site", "host", required=True, metavar="HOST", help="Whose stories.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 1000), help="How many, the oldest first.")
@json_option
def list_(host: str, limit: int, as_json: bool) -> None:
    """The stories of a site, the oldest first, with their comments counted.

    \b
    folkmoot story list --site news.example
    """

    def found(tx: Tx) -> list[Fields]:
        own = store.stories_of(tx, site_named(tx, host).id, limit)
        live = counts(tx, [story.id for story in own])
        return [_fields(story, live[story.id]) for story in own]

    with opened() as db:
        rows = db.read_now(found)
    show_all(rows, as_json, f"{host} has no stories yet. The first comment makes one, or `folkmoot story add URL`.")


@group.command("add")
@click.argument("url")
@click.option("--title", help="What it is called.")
@click.option("--key", help="The publisher's own id of it.")
@dry_run_option
def add(url: str, title: str | None, key: str | None, dry_run: bool) -> None:
    """Takes a story in before anybody has said anything.

    \b
    folkmoot story add https://news.example/lake --title "The lake"
    """
    with opened() as db:
        story = change(db, lambda tx: stories.ensure(tx, url, key, title, "site", clock()), dry_run)
    done(f"{story.address} is story {story.id}.", dry_run)


@group.command("close")
@click.argument("story")
@reason_option
@dry_run_option
def close(story: str, reason: str, dry_run: bool) -> None:
    """Takes no more comments; what is there stays to be read.

    \b
    folkmoot story close https://news.example/lake --reason "The vote is over."
    """
    with opened() as db:
        found = change(db, lambda tx: stories.close(tx, COMMAND, story_named(tx, story).id, reason, clock()), dry_run)
    done(f"{found.address} is closed.", dry_run)


@group.command("open")
@click.argument("story")
@reason_option
@dry_run_option
def open_(story: str, reason: str, dry_run: bool) -> None:
    """Takes comments again.

    \b
    folkmoot story open https://news.example/lake
    """
    with opened() as db:
        found = change(db, lambda tx: stories.open_again(tx, COMMAND, story_named(tx, story).id, reason, clock()), dry_run)
    done(f"{found.address} is open.", dry_run)


@group.command("rename")
@click.argument("story")
@click.argument("title")
@dry_run_option
def rename(story: str, title: str, dry_run: bool) -> None:
    """Gives a story the title that you say it has.

    \b
    folkmoot story rename https://news.example/lake "Linnet Lake stays open"
    """
    with opened() as db:
        found = change(db, lambda tx: stories.rename(tx, COMMAND, story_named(tx, story).id, title, clock()), dry_run)
    done(f"{found.address} is called {found.title} now.", dry_run)


@group.command("merge")
@click.argument("story")
@click.argument("into")
@reason_option
@dry_run_option
@json_option
def merge(story: str, into: str, reason: str, dry_run: bool, as_json: bool) -> None:
    """Joins a story with another: talk, notes, actions, letters. All its addresses lead there then. `unmerge` takes it back.

    It goes in short steps while readers go on; cut short, the server goes on with it by itself.

    \b
    folkmoot story merge https://old.news.example/?p=17 https://news.example/lake
    """
    with opened() as db:
        one, other = db.read_now(lambda tx: (own_number(tx, story), story_named(tx, into).id))
        if dry_run:
            change(db, lambda tx: joining.begin_merge(tx, COMMAND, one, other, reason, clock()), dry_run)
            moved = joining.Joined(str(one), str(other), db.read_now(lambda tx: counts(tx, [one]))[one])
        else:
            moved = joining.merge(db, COMMAND, one, other, reason, clock())
    _tell_joined(moved, dry_run, as_json)


@group.command("unmerge")
@click.argument("story")
@reason_option
@dry_run_option
@json_option
def unmerge(story: str, reason: str, dry_run: bool, as_json: bool) -> None:
    """Parts a story from the one that it was merged into; what was done under it, and answers to what was said, go back.

    \b
    folkmoot story unmerge https://old.news.example/?p=17
    """
    with opened() as db:
        one = db.read_now(lambda tx: own_number(tx, story))
        if dry_run:
            left = change(db, lambda tx: joining.begin_part(tx, COMMAND, one, reason, clock()), dry_run)
            moved = joining.Joined(str(left), str(one), 0)
        else:
            moved = joining.part(db, COMMAND, one, reason, clock())
    _tell_joined(moved, dry_run, as_json)


def _tell_joined(moved: joining.Joined, dry_run: bool, as_json: bool) -> None:
    if as_json:
        show(msgspec.to_builtins(moved), as_json)
    else:
        done(f"{moved.comments:,} comments went from story {moved.story} to story {moved.into}.", dry_run)


@group.command("alias")
@click.argument("story")
@click.argument("url")
@dry_run_option
def alias(story: str, url: str, dry_run: bool) -> None:
    """Lets a story be found under one more address.

    \b
    folkmoot story alias https://news.example/lake https://old.news.example/?p=17
    """
    with opened() as db:
        found = change(db, lambda tx: stories.add_alias(tx, COMMAND, story_named(tx, story).id, url, clock()), dry_run)
    done(f"{found.address} is found under {url} too.", dry_run)


def _fields(story: Story, live: int) -> Fields:
    return {
        "id": str(story.id), "title": story.title, "url": story.address, "comments": live, "key": story.publisher_key,
        "since": time_of(story.created), "closed": time_of(story.closed),
    }  # fmt: skip
