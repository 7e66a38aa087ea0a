"""Ways to an official, one file each. To add one, write its file and add its line to WAYS.

A way that is carried has `deliver(letter, settings) -> Receipt`; one that is not leaves the letter with its writer. Telegraph, fax,
printing services and the gateways of Congress are such files.
"""

from __future__ import annotations

from folkmoot.action.delivery import cwc, email, mailto, paper
from folkmoot.action.delivery.model import Letter, Receipt, Way
from folkmoot.action.model_letters import Option, Recipient
from folkmoot.settings import Settings

# In the order in which they are liked: the first that reaches an official is offered.
WAYS: tuple[Way, ...] = (
    email.WAY,
    cwc.WAY,  # off until a site has been approved by the gateways; its messages can be made and checked
    paper.WAY,
    mailto.WAY,  # beside paper: the person's own mail program
)
BY_NAME = {way.name: way for way in WAYS}
__all__ = ["BY_NAME", "WAYS", "Letter", "Receipt", "Way", "option_for"]


def option_for(to: Recipient, settings: Settings, *, declared: bool = False) -> Option:
    """The way in which a letter to somebody goes from here: the first carried one that reaches them, else paper.

    declared: that they represent the writer is the writer's own word alone; a way that refuses outsiders is not offered then.
    """
    ways = (way for way in WAYS if way.carried and way.reaches(to, settings) and not (declared and way.outsiders == "refuse"))
    way = next(ways, paper.WAY)
    return Option(to, way.name, way.carried, way.words, declared)
