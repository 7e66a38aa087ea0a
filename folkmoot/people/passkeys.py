"""Passkeys (WebAuthn): a key in somebody's device opens their account, with no name and no word typed. Needs the extra `passkeys`.

A device is asked to sign a challenge that is a keyed hash of a secret which the asking browser keeps for ten minutes, so no table holds
challenges, and an answer is believed in that browser alone. Keys are resident and the user is verified: a passkey is the whole sign-in.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import urlsplit

from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, Unavailable
from folkmoot.people import store, store_issuers
from folkmoot.people.devices import is_fresh
from folkmoot.people.model import Actor, Passkey, Person
from folkmoot.people.tokens import successor
from folkmoot.storage.database import Tx

MOST = 20


def challenge(secret: str, purpose: str) -> bytes:
    """What a device is asked to sign. purpose: "add" or "enter"."""
    return hashlib.sha256(successor(secret, f"folkmoot passkey {purpose}").encode()).digest()


def options_to_add(actor: Actor, kept: list[Passkey], secret: str, own: str, place: str) -> str:
    """What the browser is to ask a device for, as JSON, so that it makes a key for the actor. own: our origin; place: as people know it."""
    library = _library()
    if actor.person is None or not actor.proven or actor.framed:
        raise NotSignedIn("Sign in first, then add a passkey.", "not_signed_in")
    selection = library.structs.AuthenticatorSelectionCriteria(
        resident_key=library.structs.ResidentKeyRequirement.REQUIRED, user_verification=library.structs.UserVerificationRequirement.REQUIRED
    )
    handle = hashlib.sha256(f"folkmoot person {actor.person.id}".encode()).digest()
    asked = library.generate_registration_options(
        rp_id=_host(own), rp_name=place, user_id=handle, user_name=actor.person.name, challenge=challenge(secret, "add"),
        authenticator_selection=selection,
        exclude_credentials=[library.structs.PublicKeyCredentialDescriptor(id=_raw(each.id)) for each in kept],
    )  # fmt: skip
    return str(library.options_to_json(asked))


def options_to_enter(secret: str, own: str) -> str:
    """What the browser is to ask any device for, as JSON."""
    library = _library()
    asked = library.generate_authentication_options(
        rp_id=_host(own), challenge=challenge(secret, "enter"), user_verification=library.structs.UserVerificationRequirement.REQUIRED
    )
    return str(library.options_to_json(asked))


def add(tx: Tx, actor: Actor, answer: dict[str, Any], secret: str, own: str, device: str, now: int) -> Passkey:
    """Keeps the key that a device has made. Raises NotSignedIn, NotAllowed without a fresh proof, Invalid, Conflict."""
    if actor.person is None or not actor.proven or actor.framed:
        raise NotSignedIn("Sign in first, then add a passkey.", "not_signed_in")
    if not is_fresh(tx, actor, now):
        raise NotAllowed("Prove first that it is you: sign in again, then do it within ten minutes.", "not_fresh")
    if len(store_issuers.passkeys(tx, actor.person.id)) >= MOST:
        raise Conflict("You have many passkeys already. Take one away first.", "too_many_passkeys")
    library = _library()
    try:
        proven = library.verify_registration_response(
            credential=answer, expected_challenge=challenge(secret, "add"), expected_rp_id=_host(own), expected_origin=own,
            require_user_verification=True,
        )  # fmt: skip
    except library.faults:
        raise _bad() from None
    made = Passkey(_words(proven.credential_id), actor.person.id, _words(proven.credential_public_key), proven.sign_count, device, now, None)
    if store_issuers.passkey(tx, made.id) is not None:
        raise Conflict("This passkey is kept already.", "passkey_taken")
    store_issuers.insert_passkey(tx, made)
    return made


def enter(tx: Tx, answer: dict[str, Any], secret: str, own: str, now: int) -> Person:
    """Whose key has signed. Raises Invalid for every answer that proves nobody."""
    library = _library()
    kept = store_issuers.passkey(tx, str(answer.get("id", ""))[:1400])
    person = store.person_by_id(tx, kept.person) if kept else None
    if kept is None or person is None:
        raise _bad()
    try:
        proven = library.verify_authentication_response(
            credential=answer, expected_challenge=challenge(secret, "enter"), expected_rp_id=_host(own), expected_origin=own,
            credential_public_key=_raw(kept.public_key), credential_current_sign_count=kept.signs, require_user_verification=True,
        )  # fmt: skip
    except library.faults:
        raise _bad() from None
    store_issuers.use_passkey(tx, kept.id, proven.new_sign_count, now)
    return person


def passkeys_of(tx: Tx, actor: Actor) -> list[Passkey]:
    """One's passkeys, the oldest first."""
    return list(store_issuers.passkeys(tx, actor.id)) if actor.id else []


def remove(tx: Tx, actor: Actor, id: str, now: int) -> None:
    """Takes a passkey away. Raises NotSignedIn, NotAllowed without a fresh proof, NotFound, also for somebody else's."""
    if actor.person is None:
        raise NotSignedIn("Nobody is signed in. Sign in first.", "not_signed_in")
    if not is_fresh(tx, actor, now):
        raise NotAllowed("Prove first that it is you: sign in again, then do it within ten minutes.", "not_fresh")
    if not store_issuers.delete_passkey(tx, actor.person.id, id):
        raise NotFound("You have no such passkey.", "no_such_passkey")


def is_possible(own: str) -> bool:
    """Whether passkeys can be used here: the library is installed, and the address is one that browsers let keys belong to."""
    try:
        _library()
    except Unavailable:
        return False
    host = _host(own)
    return (own.startswith("https://") and not host.replace(".", "").isdigit()) or host == "localhost" or host.endswith(".localhost")


class _Library:
    """The parts of webauthn that are used, loaded when they are."""

    def __init__(self) -> None:
        import webauthn
        from webauthn.helpers import exceptions, options_to_json, structs

        self.structs, self.options_to_json = structs, options_to_json
        self.generate_registration_options = webauthn.generate_registration_options
        self.verify_registration_response = webauthn.verify_registration_response
        self.generate_authentication_options = webauthn.generate_authentication_options
        self.verify_authentication_response = webauthn.verify_authentication_response
        self.faults = (exceptions.WebAuthnException, ValueError, KeyError, TypeError, AttributeError)


def _library() -> Any:
    try:
        return _Library()
    except ImportError:
        raise Unavailable("Passkeys need folkmoot[passkeys], which is not installed.", 600, "no_passkeys") from None


def _host(own: str) -> str:
    return urlsplit(own).hostname or ""


def _bad() -> Invalid:
    return Invalid("This passkey does not open anything here. Sign in another way.", "bad_passkey")


def _words(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _raw(words: str) -> bytes:
    return base64.urlsafe_b64decode(words + "=" * (-len(words) % 4))
