"""The desk's share of a post with everything switched on, and a queue of a hundred thousand."""

from __future__ import annotations

import random
import statistics
import time
import urllib.error
import urllib.parse
import urllib.request
from functools import partial

import msgspec

from bench import load
from bench.reading import Plan, database
from bench.seed import HOST, Seeder
from bench.servers import Folkmoot, folkmoot
from bench.table import Row
from folkmoot.discussion import store_lessons
from folkmoot.discussion.classifier import Model, features, likeness, model_of
from folkmoot.discussion.rules import has_any, tokens_of
from folkmoot.discussion.text import read
from folkmoot.people import accounts, sessions
from folkmoot.people.model import COMMAND
from folkmoot.people.store_sanctions import insert_sanction
from folkmoot.sites import sites
from folkmoot.sites.model import Policy
from folkmoot.sites.store import all_sites
from folkmoot.storage.database import Database, Tx
from folkmoot.storage.ids import new_id
from folkmoot.web.kit import clock

BANNED, SUSPECT, LEARNED, BANS = 5_000, 500, 5_000, 1_000
# As people write: a third of what is said are the same sixty words, the rest is drawn from three thousand.
VOCABULARY = (*Seeder.WORDS * 25, *[first + last for first in Seeder.WORDS for last in Seeder.WORDS][:3_000])
LIMITS_ON = {"FOLKMOOT_LIMITS__ENABLED": "true", "FOLKMOOT_SERVER__TRUSTED_PROXIES": "127.0.0.0/8"}

# Guests of many networks, each with words of their own, so that no rule refuses or holds what the measurement lives from.
_CROWD = """
local words, turn = {}, 0
local addresses = {}
init = function()
  math.randomseed(os.time())
  for line in io.lines("%s") do addresses[#addresses + 1] = line end
  for word in ("%s"):gmatch("%%S+") do words[#words + 1] = word end
  wrk.method = "POST"; wrk.path = "/api/v1/comments"; wrk.headers["Content-Type"] = "application/json"
end
local function said()
  local found = {}
  for number = 1, 48 do found[number] = number %% 16 == 0 and math.random(1e6) .. "." or words[math.random(#words)] end
  return table.concat(found, " ")
end
request = function()
  turn = turn + 1
  wrk.headers["X-Forwarded-For"] = math.random(11, 99) .. "." .. math.random(0, 255) .. "." .. math.random(0, 255) .. ".7"
  wrk.body = '{"url":"' .. addresses[turn %% #addresses + 1] .. '","name":"Reader ' .. math.random(1e9) ..
    '","text":"' .. said() .. '","written":9000}'
  return wrk.format()
end
"""


def desk(plan: Plan) -> list[Row]:
    """Posts with limits, 5,000 banned words, a trained classifier, bans and trust; then the queue."""
    return [*_words(), *_posts(plan), *_queue(plan)]


def _list(number: int, seed: int) -> tuple[str, ...]:
    """Words and phrases that nobody says, a fifth of them of two words."""
    chance = random.Random(seed)
    made = {"".join(chance.choices("bcdfgklmnprstvz", k=3)) + str(each) + chance.choice(("", "", "", "", " verboten")) for each in range(number)}
    return tuple(sorted(made))


def _model() -> Model:
    chance = random.Random(11)
    spoken = sorted(set(VOCABULARY))
    counts = {word: (chance.randint(20, 200), chance.randint(1, 20)) for word in [*spoken, *(f"kit{each}" for each in range(LEARNED))]}
    return model_of(400, 200, counts, LEARNED)


def _words() -> list[Row]:
    """What the lists and the classifier cost, alone."""
    banned, suspect, model = _list(BANNED, 1), _list(SUSPECT, 2), _model()
    chance = random.Random(3)
    texts = [read(" ".join(chance.choices(VOCABULARY, k=48))) for _ in range(500)]
    has_any("once", banned), has_any("once", suspect)
    begun = time.perf_counter()
    for each in texts:
        has_any(each.folded, banned), has_any("reader", banned), has_any(each.folded, suspect), has_any("reader", suspect)
        likeness(features(tokens_of(each.folded), each.links), model)
    spent = (time.perf_counter() - begun) / len(texts) * 1_000
    return [Row("5,000 banned words and the classifier, a comment", spent, "ms", 2)]


def _switched_on(tx: Tx, now: int) -> None:
    site = all_sites(tx)[0].id
    policy = Policy(banned_words=_list(BANNED, 1), suspect_words=_list(SUSPECT, 2), learned_hold=95, rush_from=0)
    sites.change_site(tx, COMMAND, site, policy=policy)
    store_lessons.add_decisions(tx, site, 400, 0)
    store_lessons.set_model(tx, site, msgspec.json.encode(_model()).decode())
    for number in range(BANS):
        network, domain = (f"network-{number}", None) if number % 10 else (None, f"mail{number}.example")
        insert_sanction(tx, id=new_id(now), site=site, deed="ban", person=None, network=network, domain=domain, reason="Spam.", guideline="",
                        note="", made_by=None, at=now, until=None)  # fmt: skip


def _posts(plan: Plan) -> list[Row]:
    with database(plan.folder, "on") as (db, url):
        seeder = Seeder(db)
        seeder.thread("hot", 200)
        db.write_now(lambda tx: _switched_on(tx, clock()))
    file = plan.folder / "addresses.txt"
    file.write_text("\n".join(f"https://{HOST}/many/{number}" for number in range(1_000)) + "\n")
    script = _CROWD % (file, " ".join(VOCABULARY))
    rates = []
    with folkmoot(url, plan.folder, environ=LIMITS_ON) as server:
        load.wrk(server.base, 2, 16, script=script)
        rates = [load.wrk(server.base, plan.seconds, 16, script=script) for _ in range(plan.rounds)]
    return [
        Row("posts with everything on, 16 clients, 1,000 stories", statistics.median(each.per_second for each in rates), "/s", 1_500, "more",
            f"p99 {statistics.median(each.slowest for each in rates):.1f} ms"),
        Row("  posts that were not taken", sum(each.failed for each in rates), "", 0),
    ]  # fmt: skip


# The queue


def _filled(tx: Tx, now: int) -> None:
    """Everything that the seeder wrote waits: held by a rule, or reported."""
    site = all_sites(tx)[0].id
    tx.run("UPDATE comment SET state = 'held', visible = 0 WHERE id % 3 = 0")
    tx.run(
        "INSERT INTO decision (id, comment, deed, made_by, rule, reason, at) SELECT id, id, 'hold', 'rule', 'suspect', 'Held.', posted FROM comment"
        " WHERE state = 'held'"
    )
    tx.run(
        "INSERT INTO flag (id, comment, person, reason, detail, at) SELECT id, id, person, 'attack', '', posted FROM comment WHERE state <> 'held'"
    )
    tx.run("INSERT INTO waiting (comment, site, story, since, priority) SELECT id, :site, story, posted, -(100 + id % 900) FROM comment", site=site)


def _moderator(tx: Tx, now: int) -> str:
    person = accounts.member_of(tx, accounts.MAILBOX, "vera@mail.example", "vera@mail.example", "Vera", now)
    accounts.grant(tx, person.id, "moderator", all_sites(tx)[0].id, None, now)
    return sessions.begin_page(tx, person.id, now).token


def _seeded(db: Database, waiting: int) -> str:
    Seeder(db).thread("queue", waiting)
    db.write_now(lambda tx: _filled(tx, clock()))
    return db.write_now(lambda tx: _moderator(tx, clock()))


def _queue(plan: Plan) -> list[Row]:
    waiting = 20_000 if plan.quick else 100_000
    with database(plan.folder, "queue") as (db, url):
        cookie = _seeded(db, waiting)
        items = [row.comment for row in db.read_now(lambda tx: tx.rows("SELECT comment FROM waiting ORDER BY priority, comment LIMIT 40"))]
    with folkmoot(url, plan.folder) as server:
        see, send = partial(_get, server, cookie), partial(_post, server, cookie)
        for _ in range(8):  # templates are made, and the worker has looked through what came with the database
            see("/desk")
        opened = {order: [see(f"/desk?order={order}") for _ in range(20)] for order in ("harm", "time")}
        decided = [send(f"/desk/comment/{each}/decide", do="remove", guideline="1", reason="", note="", order="harm") for each in items]
    return [
        *(Row(f"a queue of {waiting:,} opens, by {order}, p95", load.share(taken, 0.95), "ms", 100) for order, taken in opened.items()),
        Row("a decision there, p95", load.share(decided, 0.95), "ms", 50),
    ]


class _Stay(urllib.request.HTTPRedirectHandler):
    """Leaves a 303 as it is: the page that follows is another figure."""

    def redirect_request(self, *given: object) -> None:
        return None


_OPEN = urllib.request.build_opener(_Stay)


def _get(server: Folkmoot, cookie: str, path: str) -> float:
    return _asked(urllib.request.Request(server.base + path, headers={"Cookie": f"folkmoot={cookie}"}), 200)


def _post(server: Folkmoot, cookie: str, path: str, **form: str) -> float:
    headers = {"Cookie": f"folkmoot={cookie}", "Origin": server.base, "Sec-Fetch-Site": "same-origin"}
    return _asked(urllib.request.Request(server.base + path, urllib.parse.urlencode(form).encode(), headers), 303)


def _asked(request: urllib.request.Request, expected: int) -> float:
    """Milliseconds until the whole answer is there. Ends the measurement where it is not the expected one."""
    begun = time.perf_counter()
    try:
        with _OPEN.open(request, timeout=30) as answer:
            status, _ = answer.status, answer.read()
    except urllib.error.HTTPError as answer:
        status, _ = answer.code, answer.read()
    spent = (time.perf_counter() - begun) * 1_000
    if status != expected:
        raise SystemExit(f"{request.full_url} answered {status}.")
    return spent
