"""What is wrong with how Folkmoot runs here: one file per place to look at. A look is a function of what is known; LOOKS lists them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from folkmoot.doctor import config, data, machine, names, public
from folkmoot.doctor.model import Finding, Patient

Look = Callable[[Patient], Iterator[Finding]]
LOOKS: tuple[Look, ...] = (*config.LOOKS, *machine.LOOKS, *data.LOOKS, *public.LOOKS, *names.LOOKS)


def examine(patient: Patient, looks: tuple[Look, ...] = LOOKS) -> Iterator[Finding]:
    """Everything that is wrong, in the order in which it is best put right."""
    for look in looks:
        yield from look(patient)
