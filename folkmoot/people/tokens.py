"""Secrets that people carry: 256 random bits each; the database holds only hashes of them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import unicodedata

from folkmoot.storage.chance import draw

LENGTH = 43  # letters of a token: 32 bytes in base64url without padding
DIGITS = 6


def new_token() -> str:
    """A fresh token: 43 letters of base64url."""
    return _words(draw(32))


def fingerprint(token: str) -> str:
    """What is stored of a token: its SHA-256 in base64url. Also the S256 challenge of a verifier (RFC 7636, 4.2)."""
    return _words(hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest())


def successor(token: str, salt: str) -> str:
    """The token that follows a used one: the same each time it is asked for, and known to nobody without both halves."""
    return _words(hmac.digest(token.encode(), salt.encode(), "sha256"))


def new_digits() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def seal_digits(secret: str, code: int, digits: str) -> str:
    """What is stored of a code's digits. The key is the asking browser's secret, so that the table alone opens nothing."""
    return _words(hmac.digest(secret.encode("utf-8", "surrogatepass"), f"{code}:{digits}".encode(), "sha256"))


def read_digits(typed: str) -> str:
    """The digits in what somebody typed or pasted: spaces and hyphens fall away, digits of any script count."""
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in typed[:40] if not (letter.isspace() or letter in "-–‑"))


def same(one: str, other: str) -> bool:
    """Compares in a time that tells nothing."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


def is_fingerprint(words: str) -> bool:
    """Whether words have the form that `fingerprint` gives."""
    return len(words) == LENGTH and words.isascii() and words.replace("-", "a").replace("_", "a").isalnum()


def _words(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
