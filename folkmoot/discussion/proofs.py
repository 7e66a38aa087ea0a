"""Proof of work, asked of newcomers while very many write: a speed bump for programs, and never a sign of who somebody is.

The format is ALTCHA's, version 2 (altcha.org/docs/v2): find the counter with which a key derived of nonce and counter begins with the
prefix. A challenge is signed and bound to one story, so nothing is kept of it until it is solved; a solution counts once, in the very
transaction of its comment. Who cannot do the work (no script, an old browser) says so and waits for a moderator instead.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

import msgspec
from msgspec import Struct, structs

from folkmoot.discussion import store_lessons as store
from folkmoot.discussion.model import UNABLE, Draft
from folkmoot.sites.addresses import clean_address
from folkmoot.storage.database import Tx

ALGORITHM = "PBKDF2/SHA-256"
COST = 5_000        # iterations of each try: about half a second for all of them in a browser, three on a cheap phone
KEY_LENGTH = 32
PREFIX = "00"       # one try in 256 fits
LIFE = 10 * 60_000  # ms in which it may be solved
_canonical = msgspec.json.Encoder(order="sorted").encode


class Purpose(Struct, frozen=True):
    """What a challenge is for. story: a digest of the story's address."""

    do: str
    story: str


class Parameters(Struct, frozen=True, rename="camel"):
    """What is to be solved, by ALTCHA's names. nonce, salt, key_prefix: hexadecimal; expires_at: UTC seconds."""

    algorithm: str
    cost: int
    data: Purpose
    expires_at: int
    key_length: int
    key_prefix: str
    nonce: str
    salt: str


class Challenge(Struct, frozen=True):
    """Parameters and our signature over them: HMAC-SHA256 of their JSON with sorted keys, hexadecimal."""

    parameters: Parameters
    signature: str


class Solution(Struct, frozen=True, rename="camel"):
    """counter: with which it fits; derived_key: what comes of it, hexadecimal."""

    counter: int
    derived_key: str = msgspec.field(name="derivedKey")


class Payload(Struct, frozen=True):
    """What a client sends, as base64 of JSON."""

    challenge: Challenge
    solution: Solution


def challenge(secret: bytes, url: str, now: int) -> Challenge:
    """A new challenge for a comment under a story. Raises Invalid for what is no address."""
    given = Parameters(
        ALGORITHM, COST, _purpose(url), (now + LIFE) // 1_000, KEY_LENGTH, PREFIX, secrets.token_hex(16), secrets.token_hex(16)
    )  # fmt: skip
    return Challenge(given, _sign(secret, given))


def solved(secret: bytes, typed: str, url: str, now: int) -> str:
    """The nonce of a challenge of ours that is solved, for this story and in time; "" for anything else. Computes: not in the event loop."""
    try:
        told = msgspec.json.decode(base64.b64decode(typed, validate=True), type=Payload)
    except (ValueError, msgspec.MsgspecError, RecursionError):  # the last for brackets in brackets
        return ""
    given, found = told.challenge.parameters, told.solution
    ours = hmac.compare_digest(told.challenge.signature.encode(), _sign(secret, given).encode())
    if not ours or given.data != _purpose(url) or now > given.expires_at * 1_000 or not 0 <= found.counter < 2**32:
        return ""
    key = derive(given, found.counter)
    return given.nonce if key.hex() == found.derived_key and key.hex().startswith(given.key_prefix) else ""


def derive(given: Parameters, counter: int) -> bytes:
    """The key of a try."""
    password = bytes.fromhex(given.nonce) + counter.to_bytes(4, "big")
    return hashlib.pbkdf2_hmac("sha256", password, bytes.fromhex(given.salt), given.cost, given.key_length)


def spent(tx: Tx, draft: Draft, now: int) -> Draft:
    """The draft with its proof used up; without one where it was used before."""
    if draft.proof == UNABLE or store.spend_proof(tx, draft.proof, now + LIFE):
        return draft
    return structs.replace(draft, proof="")


def forget(tx: Tx, now: int) -> int:
    """Forgets solutions whose challenges are over. The worker repeats it."""
    return store.forget_proofs(tx, now, 500)


def _purpose(url: str) -> Purpose:
    return Purpose("comment", hashlib.sha256(clean_address(url).encode()).hexdigest()[:16])


def _sign(secret: bytes, given: Parameters) -> str:
    key = hmac.digest(secret, b"altcha", hashlib.sha256)
    return hmac.digest(key, _canonical(given), hashlib.sha256).hex()
