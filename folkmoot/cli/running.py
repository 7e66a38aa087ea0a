"""`folkmoot demo`, `serve`, `work`: what runs until it is stopped."""

from __future__ import annotations

from functools import partial

import click

from folkmoot import app
from folkmoot import work as worker
from folkmoot.cli.opening import Command, connected, opened, settings_with
from folkmoot.cli.people import welcome
from folkmoot.cli.terminal import tell
from folkmoot.mail import can_send
from folkmoot.people.invitations import invite_first_admin
from folkmoot.settings import Settings
from folkmoot.web.kit import clock


@click.command("serve", cls=Command)
@click.option("--host", help="The address to listen at.")
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen at.")
@click.option("--workers", type=click.IntRange(1, 64), help="How many server processes.")
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Serves readers, and starts the worker, until it is stopped.

    While there is no admin, it prints a link that makes whoever opens it first the admin of every site.

    \b
    folkmoot serve
    folkmoot serve --port 9000 --data /var/lib/folkmoot
    """
    settings, _ = settings_with(server__host=host, server__port=port, server__workers=workers)
    connected(settings, make=True).close()  # what is wrong with the place is said as by every other command
    app.serve(settings, ready=partial(_ready, settings=settings))


def _ready(address: str, settings: Settings) -> None:
    tell(f"Folkmoot is at {address}")
    with opened(settings) as db:
        token = db.write_now(lambda tx: invite_first_admin(tx, clock()))
    if token is not None:
        if not can_send(settings):
            tell("This server cannot send mail yet, so nobody can sign in: set mail.host, or mail.to_folder to try it here, and start again.")
        tell(f"There is no admin yet. Whoever opens this link first becomes it; it works once, within seven days:\n  {welcome(settings, token)}")


@click.command("work", cls=Command)
def work() -> None:
    """Does what waits to be done: mails, closings, clean-ups. `serve` starts it by itself; more of them share the work.

    \b
    folkmoot work --data /var/lib/folkmoot
    """
    worker.work(settings_with()[0])


@click.command("demo", cls=Command)
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535), help="The port to listen at.")
def demo(port: int) -> None:
    """Serves a demo newsroom with stories and threads from a folder that is thrown away in the end.

    \b
    folkmoot demo
    folkmoot demo --port 9000
    """
    from folkmoot.demo import newsroom

    newsroom.run(port, tell)
