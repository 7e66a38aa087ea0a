"""Which rooms keep something of people. A room that does adds its part here: then it is taken along, and let go of."""

from folkmoot.action.belongings import PART as ACTION
from folkmoot.desk.belongings import PART as DESK
from folkmoot.discussion.belongings import PART as DISCUSSION
from folkmoot.notes.belongings import PART as NOTES
from folkmoot.people.belongings import PART as PEOPLE
from folkmoot.people.belongings import Part

PARTS: tuple[Part, ...] = (PEOPLE, DISCUSSION, ACTION, NOTES, DESK)
