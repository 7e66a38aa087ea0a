"""Messages to Congress as its gateways take them (Communicating with Congress, version 2.0): checked here, sent nowhere yet.

The rules are facts that implementers have published; the official packet is handed out after approval, and each value is to be checked
against it then. Until a site is approved nothing is sent this way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.parsers import expat

from msgspec import Struct

from folkmoot.action.delivery.model import Way
from folkmoot.action.model_letters import Recipient
from folkmoot.errors import Invalid
from folkmoot.settings import Settings
from folkmoot.web.words import N_

MAX_BYTES = 1 << 20
STATES = frozenset(re.findall(
    "..", "AKALARASAZCACOCTDCDEFLGAGUHIIAIDILINKSKYLAMAMDMEMIMNMOMPMSMTNCNDNENHNJNMNVNYOHOKORPAPRRISCSDTNTXUTVAVIVTWAWIWVWY"
))  # fmt: skip
SENATE_PREFIXES = frozenset({"Mr.", "Mrs.", "Miss", "Ms.", "Dr."})
TOPICS = frozenset((
    "Agriculture and Food", "Animals", "Armed Forces and National Security", "Arts, Culture, Religion", "Civil Rights and Liberties, Minority Issues",
    "Commerce", "Congress", "Crime and Law Enforcement", "Economics and Public Finance", "Education", "Emergency Management", "Energy",
    "Environmental Protection", "Families", "Finance and Financial Sector", "Foreign Trade and International Finance",
    "Government Operations and Politics", "Health", "Housing and Community Development", "Immigration", "International Affairs",
    "Labor and Employment", "Law", "Native Americans", "Public Lands and Natural Resources", "Science, Technology, Communications",
    "Social Sciences and History", "Social Welfare", "Sports and Recreation", "Taxation", "Transportation and Public Works", "Water "
        "Resources Development",
))  # fmt: skip
BILLS = frozenset({"hamdt", "hconres", "hjres", "hr", "hres", "s", "samdt", "sconres", "sjres", "sres"})  # without marks and in small letters
# Elements in their order; "?" may be missing, "+" comes once or more.
ORDER: dict[str, tuple[str, ...]] = {
    "CWC": ("CWCVersion", "Delivery", "Recipient", "Constituent", "Message"),
    "Delivery": ("DeliveryId", "DeliveryDate", "DeliveryAgent", "DeliveryAgentAckEmailAddress", "DeliveryAgentContact", "Organization?",
                 "OrganizationContact?", "OrganizationAbout?", "CampaignId"),
    "DeliveryAgentContact": ("DeliveryAgentContactName", "DeliveryAgentContactEmail", "DeliveryAgentContactPhone"),
    "OrganizationContact": ("OrganizationContactName?", "OrganizationContactEmail?", "OrganizationContactPhone?"),
    "Recipient": ("MemberOffice", "IsResponseRequested?", "NewsletterOptIn?"),
    "Constituent": ("Prefix", "FirstName", "MiddleName?", "LastName", "Suffix?", "Title?", "ConstituentOrganization?", "Address1", "Address2?",
    "Address3?",
                    "City", "StateAbbreviation", "Zip", "Phone?", "AddressValidation?", "Email", "EmailValidation?"),
    "Message": ("Subject", "LibraryOfCongressTopics", "Bills?", "ProOrCon?", "MoreInfo?", "OrganizationStatement?", "ConstituentMessage?"),
    "LibraryOfCongressTopics": ("LibraryOfCongressTopic+",),
    "Bills": ("Bill+",),
    "Bill": ("BillCongress?", "BillTypeAbbreviation", "BillNumber"),
}  # fmt: skip
_MAILBOX, _PHONE, _FLAG = r"[^@\s]+@[^.\s]+\.\S+", r"\d{3}-\d{3}-\d{4}", "Y|N"
# element -> (what it must be, in words)
SHAPES: dict[str, tuple[str, str]] = {
    "CWCVersion": (r"2\.0", "2.0"), "DeliveryId": (r"[a-zA-Z0-9]{32}", "32 letters and digits"),
    "DeliveryDate": (r"\d{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", "a day as YYYYMMDD"),
    "DeliveryAgent": (r"(?s).+", "the name on the access application"), "DeliveryAgentAckEmailAddress": (_MAILBOX, "a mail address"),
    "DeliveryAgentContactName": (r"(?s).{6,}", "at least 6 letters"), "DeliveryAgentContactEmail": (_MAILBOX, "a mail address"),
    "DeliveryAgentContactPhone": (_PHONE, "a number as 202-555-0142"), "Organization": (r"(?s).{3,}", "at least 3 letters"),
    "OrganizationAbout": (r"(?s).{6,500}", "6 to 500 letters"), "OrganizationContactEmail": (_MAILBOX, "a mail address"),
    "OrganizationContactPhone": (_PHONE, "a number as 202-555-0142"), "CampaignId": (r"(?s).{2,500}", "2 to 500 letters"),
    "IsResponseRequested": (_FLAG, "Y or N"), "NewsletterOptIn": (_FLAG, "Y or N"), "AddressValidation": (_FLAG, "Y or N"),
    "EmailValidation": (_FLAG, "Y or N"),
    "FirstName": (r"(?s).{1,500}", "1 to 500 letters"), "LastName": (r"(?s).{1,500}", "1 to 500 letters"), "Prefix": (r"(?s).+", "a title"),
    "Address1": (r"(?s).{3,500}", "3 to 500 letters"), "Address2": (r"(?s).{2,500}", "2 to 500 letters"), "Address3": (r"(?s).{2,500}", "2 "
        "to 500 letters"),
    "City": (r"(?s).{3,500}", "3 to 500 letters"), "Zip": (r"\d{5}(?:-\d{4})?", "a ZIP code"), "Phone": (_PHONE, "a number as 202-555-0142"),
    "Email": (_MAILBOX, "a mail address"), "Subject": (r"(?s).{6,500}", "6 to 500 letters"), "OrganizationStatement": (r"(?s).{6,10000}",
    "6 to 10,000 letters"),
    "ConstituentMessage": (r"(?s).{6,10000}", "6 to 10,000 letters"), "ProOrCon": ("Pro|Con", "Pro or Con"), "BillCongress": (r"\d{1,3}",
    "the number of a Congress"),
    "BillNumber": (r"\d{1,5}", "a number"), "MoreInfo": (r"https?://\S+", "a web address"),
}  # fmt: skip


class Element(Struct):
    """An element of a message, with the line on which it begins."""

    name: str
    line: int
    children: list[Element]
    text: str = ""

    def child(self, name: str) -> Element | None:
        return next((each for each in self.children if each.name == name), None)


class Fault(Struct, frozen=True):
    """What is wrong with a message, and where."""

    line: int
    element: str
    words: str


def check(raw: bytes) -> list[Fault]:
    """Everything that the rules find in a message; nothing where it is right. Raises Invalid for what is no XML, or has a DTD."""
    root = parse(raw)
    if root.name != "CWC":
        return [Fault(root.line, root.name, "The message must begin with CWC.")]
    faults = [*_in_order(root), *_values(root), *_recipient(root), *_message(root), *_own_lines(root)]
    return sorted(faults, key=lambda fault: (fault.line, fault.element))


def parse(raw: bytes) -> Element:
    """The elements of an XML file. Entities and DTDs are refused: they are how small files become large ones, or read others."""
    if len(raw) > MAX_BYTES:
        raise Invalid("The file is larger than a message can be.", "not_cwc")
    parser = expat.ParserCreate()
    top: list[Element] = []
    open_: list[Element] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        made = Element(name, parser.CurrentLineNumber, [])
        (open_[-1].children if open_ else top).append(made)
        open_.append(made)

    def refuse(*_: object) -> None:
        raise Invalid("The file has a DTD or entities, which a message never has.", "not_cwc")

    def text(words: str) -> None:
        open_[-1].text += words

    parser.StartElementHandler, parser.CharacterDataHandler = start, text
    parser.EndElementHandler = lambda name: open_.pop() and None
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        raise Invalid(f"The file is not XML: {expat.errors.messages[error.code]} in line {error.lineno}.", "not_cwc") from None
    return top[0]


def _in_order(element: Element) -> Iterator[Fault]:
    """Missing, repeated, unknown and misplaced elements."""
    wanted = ORDER.get(element.name)
    if wanted is None:
        if element.children:
            yield Fault(element.line, element.name, f"{element.name} holds no elements.")
        return
    names = [each.rstrip("?+") for each in wanted]
    given = [child.name for child in element.children]
    for child in element.children:
        if child.name not in names:
            yield Fault(child.line, child.name, f"{child.name} does not belong into {element.name}.")
    for name in wanted:
        number = given.count(name.rstrip("?+"))
        if number == 0 and not name.endswith("?"):
            yield Fault(element.line, name.rstrip("+"), f"{name.rstrip('+')} is missing in {element.name}.")
        if number > 1 and not name.endswith("+"):
            yield Fault(element.line, name.rstrip("?"), f"{name.rstrip('?')} stands {number} times in {element.name}.")
    known = [names.index(name) for name in given if name in names]
    if known != sorted(known):
        yield Fault(element.line, element.name, f"The elements of {element.name} are not in their order: {', '.join(names)}.")
    for child in element.children:
        if child.name in names:
            yield from _in_order(child)


def _values(element: Element) -> Iterator[Fault]:
    for child in element.children:
        yield from _values(child)
    shape, text = SHAPES.get(element.name), element.text.strip()
    if shape and not element.children and not re.fullmatch(shape[0], text):
        yield Fault(element.line, element.name, f"{element.name} must be {shape[1]}.")
    if element.name == "StateAbbreviation" and text not in STATES:
        yield Fault(element.line, element.name, "StateAbbreviation is no state’s.")
    if element.name == "LibraryOfCongressTopic" and text not in TOPICS:
        yield Fault(element.line, element.name, f"{text!r} is none of the {len(TOPICS)} topics.")
    if element.name == "BillTypeAbbreviation" and re.sub(r"[^a-z]", "", text.lower()) not in BILLS:
        yield Fault(element.line, element.name, f"{text!r} is no kind of bill of the Congress; bills of states go to no federal office.")


def _recipient(root: Element) -> Iterator[Fault]:
    """The seat's code, and what its house asks of the title."""
    recipient, constituent = root.child("Recipient"), root.child("Constituent")
    seat = recipient.child("MemberOffice") if recipient else None
    if seat is None:
        return
    code = seat.text.strip()
    house, senate = re.fullmatch(r"H([A-Z]{2})(\d{2})", code), re.fullmatch(r"S([A-Z]{2})0[1-3]", code)
    found = house or senate
    if not found or (found.group(1) not in STATES and found.group(1) != "AQ"):
        yield Fault(seat.line, "MemberOffice", "MemberOffice must be a seat: HNY12, HWY00 (at large), SNY01 (by class).")
    prefix = constituent.child("Prefix") if constituent else None
    if senate and prefix and prefix.text.strip() not in SENATE_PREFIXES:
        yield Fault(prefix.line, "Prefix", f"The Senate takes {', '.join(sorted(SENATE_PREFIXES))} and no other title.")


def _message(root: Element) -> Iterator[Fault]:
    message, constituent = root.child("Message"), root.child("Constituent")
    if message is None:
        return
    words = [each for each in (message.child("OrganizationStatement"), message.child("ConstituentMessage")) if each]
    if not words:
        yield Fault(message.line, "Message", "Message needs a ConstituentMessage or an OrganizationStatement.")
    if message.child("Bills") and not message.child("ProOrCon"):
        yield Fault(message.line, "ProOrCon", "A message about a bill says Pro or Con.")
    for private in ("Address1", "Email", "Phone"):
        found = constituent.child(private) if constituent else None
        for each in words:
            if found and len(found.text.strip()) > 5 and found.text.strip().casefold() in each.text.casefold():
                yield Fault(
                    each.line, each.name, f"The text repeats the {private} of its writer: offices group letters by likeness, and this breaks it."
                )


def _own_lines(root: Element) -> Iterator[Fault]:
    """Offices read the raw message: each element begins on a line of its own."""
    before = root

    def walk(element: Element) -> Iterator[Fault]:
        nonlocal before
        for child in element.children:
            if child.line == before.line:
                yield Fault(child.line, child.name, f"{child.name} must begin on a line of its own.")
            before = child
            yield from walk(child)

    return walk(root)


def reaches(to: Recipient, settings: Settings) -> bool:
    """Nobody yet: each site must be approved by the House and by the Senate for itself."""
    return False


WAY = Way("cwc", N_("by the gateway of Congress"), True, reaches, None, "refuse")
