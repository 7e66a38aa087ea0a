"""A publisher's own accounts: its server signs who its reader is, and the frame hands that in. Lives five minutes at most, works once.

A JWT, signed with the key whose public half is pinned for the site: iss the site's main host, aud our own origin, sub the reader's id there,
name, optionally email (for notices), iat, exp, jti. Its person is (site:HOST, sub). What the frame gets for it are tokens bound to that page.
"""

from __future__ import annotations

from typing import Any, cast

import msgspec

from folkmoot.errors import NotAllowed, NotFound, say
from folkmoot.people import signatures, store_issuers
from folkmoot.people.accounts import require_grant
from folkmoot.people.issuers import enter
from folkmoot.people.model import Actor, Keys, Proven, SiteKey
from folkmoot.people.sessions import MEMBER_DAYS, begin_keys
from folkmoot.people.tokens import fingerprint
from folkmoot.sites.model import Site
from folkmoot.sites.sites import get_site
from folkmoot.storage.database import Tx
from folkmoot.storage.ids import new_id

LASTS = 300    # s that an assertion may live
SKEW = 30      # s by which clocks may differ
ISSUER = "site:"


def pin_key(tx: Tx, actor: Actor, site: int, pem: bytes, now: int) -> SiteKey:
    """Takes in a publisher's public key; the one before ends at once. Raises NotAllowed, Invalid."""
    require_grant(actor, site)
    get_site(tx, site)
    key = signatures.public_key(pem)
    algorithm = signatures.fitting_algorithm(key)
    made = SiteKey(new_id(now), site, cast(Any, algorithm), msgspec.json.encode(key).decode())
    store_issuers.put_site_key(tx, made, now)
    return made


def unpin_key(tx: Tx, actor: Actor, site: int, now: int) -> None:
    """Believes no more assertions of a site. Raises NotAllowed, NotFound."""
    require_grant(actor, site)
    if not store_issuers.end_site_key(tx, site, now):
        raise NotFound("This site has no key.", "no_site_key")


def accept_assertion(
    tx: Tx, site: Site, token: str, own: str, origin: str, now: int, *, guest: Actor | None = None, days: int = MEMBER_DAYS, device: str = ""
) -> Keys:
    """The frame's tokens for whom the publisher vouches. own: our origin; origin: of the page that the frame is on.

    Raises Invalid for a proof that is none, NotAllowed for a site without a key.
    """
    key = store_issuers.site_key(tx, site.id)
    if key is None:
        raise NotAllowed("This site does not sign its readers in.", "no_site_key")
    claims = signatures.claims_of(token, msgspec.json.decode(key.public_key), key.algorithm)
    _check(claims, site.host, own, now // 1000)
    if not store_issuers.use_assertion(tx, site.id, fingerprint(str(claims["jti"])), now + (LASTS + 2 * SKEW) * 1000):
        raise signatures.bad("it was used already")
    mailbox = claims.get("email")
    proven = Proven(ISSUER + site.host, str(claims["sub"]), mailbox if isinstance(mailbox, str) else None, "")
    member = enter(tx, proven, guest, str(claims["name"]), now)
    if member is None:
        raise signatures.bad("it has no name")
    return begin_keys(tx, member.id, now, origin, days, device)


def _check(claims: dict[str, Any], host: str, own: str, now: int) -> None:
    """Who says it, to whom, of whom and when; each exactly. Raises Invalid with the claim that does not fit."""
    words = {name: claims.get(name) for name in ("iss", "aud", "sub", "name", "jti")}
    unfit = [name for name, value in words.items() if not isinstance(value, str) or not 0 < len(value) <= 200]
    times = [claims.get(name) for name in ("iat", "exp")]
    if unfit or not all(isinstance(each, int) and not isinstance(each, bool) for each in times):
        raise signatures.bad(f"{unfit[0] if unfit else 'iat or exp'} is missing or of another kind")
    made, ends = cast("tuple[int, int]", tuple(times))
    if claims["iss"] != host or claims["aud"] != own:
        raise signatures.bad(str(say("iss must be {host} and aud {own}", host=host, own=own)))
    if ends - made > LASTS or made > now + SKEW or ends <= now - SKEW:
        raise signatures.bad("it is too old, too new, or lives longer than five minutes")


def forget_used(tx: Tx, now: int, limit: int = 500) -> int:
    """Deletes what is remembered of assertions that could not be used again anyway, in a step; how many."""
    return store_issuers.forget_assertions(tx, now, limit)


