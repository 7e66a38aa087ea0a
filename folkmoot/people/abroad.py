"""The way to an issuer and back (RFC 6749 with PKCE; OpenID Connect Core): where to send somebody, and whom it vouched for.

Everything of one journey is made of one secret that the browser keeps: state, nonce and verifier are keyed hashes of it, so no table
holds them, nobody else can finish the journey, and what comes back is believed in that browser alone. Blocks: called in a thread.
"""

from __future__ import annotations

import threading
import time
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec

from folkmoot import outbound
from folkmoot.errors import Problem, Unavailable, say
from folkmoot.outbound import Bounds
from folkmoot.people import signatures
from folkmoot.people.model import Issuer, Proven
from folkmoot.people.tokens import fingerprint, successor
from folkmoot.settings import Outbound

SKEW = 60           # s by which clocks may differ
KEPT = 600.0        # s that what an issuer says of itself is kept
BOUNDS = Bounds(most=256 * 1024, seconds=6.0, redirects=1)
AT_ONCE = threading.BoundedSemaphore(4)  # journeys that talk to issuers: one that hangs keeps nobody else waiting
_kept: dict[str, tuple[float, dict[str, Any]]] = {}


class Ways(NamedTuple):
    """Where an issuer's doors are. keys: of its signatures, "" for one that signs nothing; who: asks it whose token this is."""

    authorize: str
    token: str
    keys: str
    who: str
    scope: str


def purpose(secret: str, name: str) -> str:
    """The part of a journey that is named: state, nonce or verifier."""
    return successor(secret, f"folkmoot journey {name}")


def ways_to(issuer: Issuer, settings: Outbound) -> Ways:
    """Where an issuer's doors are; an OpenID provider says so itself. Raises Unavailable."""
    at = issuer.address.rstrip("/")
    if issuer.kind == "github":
        api = "https://api.github.com" if at == "https://github.com" else f"{at}/api/v3"
        return Ways(f"{at}/login/oauth/authorize", f"{at}/login/oauth/access_token", "", f"{api}/user", "read:user")
    if issuer.kind == "mastodon":
        return Ways(f"{at}/oauth/authorize", f"{at}/oauth/token", "", f"{at}/api/v1/accounts/verify_credentials", "read:accounts")
    told = _remembered(f"{at}/.well-known/openid-configuration", settings)
    named = [told.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
    if told.get("issuer") != issuer.address or not all(isinstance(each, str) for each in named):
        raise _strange()
    return Ways(str(named[0]), str(named[1]), str(named[2]), "", "openid profile email")


def address_to(issuer: Issuer, ways: Ways, secret: str, back: str) -> str:
    """Where to send a browser that keeps `secret`. back: our page to which the issuer sends it again."""
    asked = {
        "response_type": "code", "client_id": issuer.client, "redirect_uri": back, "scope": ways.scope, "state": purpose(secret, "state"),
        "code_challenge": fingerprint(purpose(secret, "verifier")), "code_challenge_method": "S256",
    } | ({"nonce": purpose(secret, "nonce")} if ways.keys else {})  # fmt: skip
    return f"{ways.authorize}{'&' if '?' in ways.authorize else '?'}{urlencode(asked)}"


def vouched(issuer: Issuer, code: str, secret: str, back: str, settings: Outbound, now: int) -> Proven:
    """Whom an issuer vouches for, in exchange for the code that came back. Raises Invalid, Unavailable."""
    ways = ways_to(issuer, settings)
    given = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": back, "client_id": issuer.client,
        "code_verifier": purpose(secret, "verifier"), **({"client_secret": _secret_of(issuer)} if issuer.secret_file else {}),
    }  # fmt: skip
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    told = _json(partial(outbound.post, settings, ways.token, urlencode(given).encode(), headers, BOUNDS))
    if ways.keys:
        return _by_token(issuer, ways, str(told.get("id_token", "")), purpose(secret, "nonce"), settings, now // 1000)
    return _by_asking(issuer, ways, str(told.get("access_token", "")), settings)


def _by_token(issuer: Issuer, ways: Ways, token: str, nonce: str, settings: Outbound, now: int) -> Proven:
    """Whom a signed ID token is about, checked as OpenID Connect Core 3.1.3.7 says."""
    head = signatures.head_of(token)
    claims = signatures.claims_of(token, *_key(issuer, ways, head, settings))
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    subject = claims.get("sub")
    fits = (
        claims.get("iss") == issuer.address and issuer.client in audiences and claims.get("azp", issuer.client) == issuer.client
        and (len(audiences) == 1 or "azp" in claims) and claims.get("nonce") == nonce
        and isinstance(subject, str) and 0 < len(subject) <= 255
    )  # fmt: skip
    ends, made = claims.get("exp"), claims.get("iat")
    if not fits or not isinstance(ends, int) or not isinstance(made, int) or ends <= now - SKEW or made > now + SKEW:
        raise signatures.bad("it is not for us, or not for now")
    mailbox = claims.get("email") if issuer.proves_mail and claims.get("email_verified") is True else None
    return Proven(issuer.address, str(subject), mailbox, str(claims.get("name") or claims.get("preferred_username") or ""))


def _key(issuer: Issuer, ways: Ways, head: dict[str, Any], settings: Outbound) -> tuple[dict[str, Any], str]:
    """The issuer's key that a token means, and the one algorithm it is used with. Asked anew once where the issuer has changed its keys."""
    for fresh in (False, True):
        keys = _remembered(ways.keys, settings, fresh=fresh).get("keys")
        listed = [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []
        for key in listed:
            fits = key.get("use", "sig") == "sig" and (key.get("kid") == head.get("kid") or ("kid" not in head and len(listed) == 1))
            if fits and signatures.fitting_algorithm(key) == head["alg"]:
                return key, str(head["alg"])
    raise signatures.bad("it is signed with a key that its issuer does not have")


def _by_asking(issuer: Issuer, ways: Ways, token: str, settings: Outbound) -> Proven:
    """Whose token it is, as the issuer says when it is asked with it."""
    if not token or not token.isascii() or not token.isprintable():
        raise signatures.bad("the issuer gave no token")
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    told = _json(partial(outbound.get, settings, ways.who, headers, BOUNDS))
    subject = told.get("id")
    if not isinstance(subject, str | int) or isinstance(subject, bool) or not 0 < len(str(subject)) <= 100:
        raise _strange()
    name = told.get("name") or told.get("display_name") or told.get("login") or told.get("username") or ""
    return Proven(issuer.address, str(subject), None, str(name))


def _remembered(address: str, settings: Outbound, *, fresh: bool = False) -> dict[str, Any]:
    """What stands at an address of an issuer's, at most ten minutes old."""
    kept = _kept.get(address)
    if kept is None or fresh or time.monotonic() > kept[0]:
        kept = time.monotonic() + KEPT, _json(partial(outbound.get, settings, address, {"Accept": "application/json"}, BOUNDS))
        if len(_kept) > 100:
            _kept.clear()
        _kept[address] = kept
    return kept[1]


def _json(ask: Any) -> dict[str, Any]:
    """A JSON object from elsewhere. Raises Unavailable where there is none, or too many ask at once."""
    if not AT_ONCE.acquire(timeout=1.0):
        raise Unavailable("Too many sign in elsewhere just now. Try again in a moment, or take a code by mail.", 5, "issuer_busy")
    try:
        answer = ask()
        if not answer.fine:
            raise _strange()
        told: dict[str, Any] = msgspec.json.decode(answer.body, type=dict[str, Any])
        return told
    except (msgspec.DecodeError, UnicodeError):
        raise _strange() from None
    except Unavailable:
        raise
    except Problem as problem:
        raise Unavailable(problem.words, 60, "issuer_away") from None
    finally:
        AT_ONCE.release()


def _secret_of(issuer: Issuer) -> str:
    try:
        return Path(issuer.secret_file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        words = say("The secret for {name} cannot be read, so nobody can sign in there.", name=issuer.label)
        raise Unavailable(words, 600, "issuer_secret") from None


def _strange() -> Unavailable:
    return Unavailable("The other side did not answer as it should. Try again, or take a code by mail.", 60, "issuer_strange")
