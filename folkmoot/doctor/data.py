"""What can be seen in the database: its schema, who may come in, what waits, when it was saved."""

from __future__ import annotations

from collections.abc import Iterator

from folkmoot.doctor.model import DAY, Finding, Patient
from folkmoot.people.accounts import staff_names
from folkmoot.sites.store import all_sites
from folkmoot.storage import facts
from folkmoot.storage.database import Tx
from folkmoot.storage.jobs import dead
from folkmoot.storage.migrations import schema_state

SAVED = "backed up"  # the fact that says when the last backup was made
OLD = 8 * DAY        # a weekly one may be a day late


def another_schema(patient: Patient) -> Iterator[Finding]:
    if patient.db is None:
        yield Finding(
            "no database", f"There is no database where the settings say ({_shown(patient)}).", "Nothing can be read or written.",
            "folkmoot init HOST makes one; or " + patient.line("storage.data", "/var/lib/folkmoot"),
        )  # fmt: skip
        return
    have, newest = schema_state(patient.db)
    if have != newest:
        change = "folkmoot migrate" if have < newest else "Start the newer program, or restore the backup that was made before the upgrade."
        yield Finding("another schema", f"The database is at schema {have}, and this program at {newest}.", "The program does not serve it.", change)


def _shown(patient: Patient) -> str:
    return patient.settings.database_url if patient.settings.database_url.startswith("sqlite:///") else "a PostgreSQL server"


def _ready(patient: Patient) -> bool:
    """Whether the rows can be read as this program knows them."""
    if patient.db is None:
        return False
    have, newest = schema_state(patient.db)
    return have == newest


def no_site(patient: Patient) -> Iterator[Finding]:
    if patient.db and _ready(patient) and not patient.db.read_now(all_sites):
        yield Finding("no site", "No newsroom is registered.", "Every snippet shows an empty frame.", "folkmoot site add news.example")


def nobody_in_charge(patient: Patient) -> Iterator[Finding]:
    if patient.db and _ready(patient) and not any(patient.db.read_now(_staffed)):
        yield Finding(
            "nobody in charge", "There is no admin and no moderator yet.", "Held comments wait for nobody, and reports are not read.",
            "Open the link that `folkmoot serve` prints, or: folkmoot person promote ines@news.example admin",
        )  # fmt: skip


def _staffed(tx: Tx) -> list[bool]:
    return [bool(staff_names(tx, site.id)) for site in all_sites(tx)] or [True]


def not_saved(patient: Patient) -> Iterator[Finding]:
    if not patient.db or not _ready(patient):
        return
    said = patient.db.read_now(lambda tx: facts.get(tx, SAVED))
    age = patient.now - int(said) if said and said.isdecimal() else None
    if age is None or age > OLD:
        when = "was never saved" if age is None else f"was saved {age // DAY} days ago"
        yield Finding(
            "not saved", f"The database {when}, as far as it knows.", "What is lost then is what readers wrote since.",
            "In the crontab of its user: 17 3 * * * folkmoot backup /var/backups/folkmoot/",
        )  # fmt: skip


def work_given_up(patient: Patient) -> Iterator[Finding]:
    if not patient.db or not _ready(patient):
        return
    jobs = patient.db.read_now(dead)
    if jobs:
        yield Finding(
            "work given up", f"{len(jobs)} things that were to be done later were given up; the last reason: {jobs[0].error[:160]}",
            "Mails, claims or clean-ups have not happened.", "folkmoot check names them; put the reason right first.",
        )  # fmt: skip


LOOKS = (another_schema, no_site, nobody_in_charge, not_saved, work_given_up)
