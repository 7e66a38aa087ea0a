"""The command line: `folkmoot NOUN VERB`. One file per noun; main() turns what goes wrong into one sentence and an exit code.

0: done. 1: it could not be done. 2: the command or a setting is not right as it was given.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence

import click

from folkmoot import __version__
from folkmoot.cli import (
    archives,
    beginning,
    comments,
    doctor,
    freezing,
    guide,
    issuers,
    leaving,
    letters,
    note,
    notes,
    officials,
    people,
    restoring,
    returned,
    running,
    sites,
    stories,
    upkeep,
)
from folkmoot.cli.terminal import Group, tell
from folkmoot.errors import Problem

_RANGE = re.compile(r"is not in the range (\d+)<=x<=(\d+)")


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="folkmoot", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, expose_value=False, help="Show where in the program something went wrong.")
def folkmoot() -> None:
    """What readers do with a news story: talk under it, set it right, act on it.

    \b
    folkmoot demo                    a newsroom to try, in a throw-away folder
    folkmoot init news.example       begin for real
    folkmoot serve                   go

    Exit codes: 0 done, 1 could not, 2 not right as given.
    """


for each in (running.demo, beginning.init, running.serve, running.work, archives.import_, archives.export,
             sites.group, stories.group, comments.group, people.group, issuers.group, leaving.erase,
             leaving.export_person, returned.bounced, officials.group, guide.guide,
             letters.group, letters.sms, notes.group, note.group, upkeep.config, upkeep.migrate, upkeep.backup, restoring.restore, upkeep.check,
             doctor.doctor):  # fmt: skip
    folkmoot.add_command(each)
stories.group.add_command(freezing.freeze)


def main() -> None:
    """The program `folkmoot`.

    numpy's helpers are told to be one: a second one that waits in a loop for small products takes as much from readers as it gives.
    """
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Runs one command; gives its exit code."""
    try:
        outcome = folkmoot.main(list(arguments), prog_name="folkmoot", standalone_mode=False)
        return outcome if isinstance(outcome, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        tell(error.format_message())
        return 2
    except click.UsageError as error:
        tell(_misuse(error))
        return 2
    except click.Abort:
        tell("Stopped.")
        return 1
    except Problem as problem:
        tell(problem.words)
        return 2 if problem.code == "settings" else 1
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except OSError as error:
        if "--debug" in arguments or not error.filename:
            raise
        tell(f"{os.fsdecode(error.filename)} cannot be used: {error.strerror}.")
        return 1
    except Exception as error:
        if "--debug" in arguments:
            raise
        tell(f"This is a fault of Folkmoot’s: {type(error).__name__}: {error}. --debug shows where it happened.")
        return 1


def _misuse(error: click.UsageError) -> str:
    words = _RANGE.sub(r"is not a number from \1 to \2", " ".join(error.format_message().split()))
    command = error.ctx.command_path if error.ctx else "folkmoot"
    return f"{words} `{command} --help` shows how it is used."
