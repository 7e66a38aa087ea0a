"""Signed tokens from elsewhere (compact JWS), read strictly: one pinned key, one algorithm, and nothing in the token chooses either.

Needs the extra `oauth`. What is refused here has taken others over: "none" and algorithms that the token picks (CVE-2024-37568), keys
that it brings along in its own header (CVE-2026-27962), headers that must be understood and are not (RFC 7515, 4.1.11).
"""

from __future__ import annotations

import base64
import binascii
import warnings
from typing import Any

import msgspec

from folkmoot.errors import Invalid, Unavailable, say

ALGORITHMS = ("RS256", "ES256", "EdDSA")
LONGEST = 16_384
_BRINGS = {"jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "crit", "zip", "b64"}  # headers that choose keys or meanings
_KINDS = {"RSA": ("RS256",), "EC": ("ES256",), "OKP": ("EdDSA",)}


def bad(why: str = "") -> Invalid:
    """Why a token is not believed; the reason is for whoever made it, and says nothing that they do not know."""
    words = say("This proof is not valid ({why}). Sign in again.", why=why) if why else "This proof is not valid. Sign in again."
    return Invalid(words, "bad_proof")


def head_of(token: str) -> dict[str, Any]:
    """A token's header, of which nothing is believed but which of our pinned keys it means. Raises Invalid."""
    parts = token.split(".")
    if len(token) > LONGEST or len(parts) != 3 or not all(parts):
        raise bad("it is no signed token")
    head = _object(parts[0])
    if _BRINGS & head.keys() or head.get("alg") not in ALGORITHMS:
        raise bad("its header is not taken here")
    return head


def claims_of(token: str, key: dict[str, Any], algorithm: str) -> dict[str, Any]:
    """What a token says, once its signature is proven with a pinned key and algorithm. Raises Invalid, Unavailable."""
    if head_of(token).get("alg") != algorithm:
        raise bad("another algorithm was agreed on")
    jwk, jws, errors = _library()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # names of algorithms that the library would rather have renamed
            proven = jws.deserialize_compact(token, jwk.import_key(key), algorithms=[algorithm])
    except (errors.JoseError, ValueError, TypeError, KeyError):
        raise bad("its signature does not fit") from None
    return _decoded(proven.payload)


def fitting_algorithm(key: dict[str, Any]) -> str | None:
    """The one algorithm that a public key is used with here; None for a key that is of no use, or no public one."""
    found = _KINDS.get(str(key.get("kty")), ())
    curve = {"EC": "P-256", "OKP": "Ed25519"}.get(str(key.get("kty")))
    return found[0] if found and not key.keys() & {"d", "p", "q", "k"} and key.get("crv") == curve else None


def public_key(pem: bytes) -> dict[str, Any]:
    """A public key in PEM as JSON Web Key. Raises Invalid for a private one, a weak one, and what is none."""
    jwk, _, errors = _library()
    for kind in ("RSA", "EC", "OKP"):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                made = jwk.import_key(pem, kind).as_dict(private=False)
        except (errors.JoseError, ValueError, TypeError, AttributeError):
            continue
        if b"PRIVATE" in pem:
            raise Invalid("This is a private key. It stays with the publisher; give its public key.", "private_key", "key")
        if fitting_algorithm(made) and not (kind == "RSA" and len(str(made["n"])) < 340):
            return {name: value for name, value in made.items() if name in ("kty", "crv", "x", "y", "n", "e")}
    raise Invalid("This is no public key that is taken here: RSA of 2048 bits, P-256 or Ed25519, in PEM.", "bad_key", "key")


def _library() -> tuple[Any, Any, Any]:
    try:
        from joserfc import errors, jwk, jws
    except ImportError:
        raise Unavailable("Signing in elsewhere needs folkmoot[oauth], which is not installed.", 600, "no_oauth") from None
    return jwk, jws, errors


def _object(part: str) -> dict[str, Any]:
    try:
        return _decoded(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError):
        raise bad("it cannot be read") from None


def _decoded(raw: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(raw, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeError):
        raise bad("it cannot be read") from None
