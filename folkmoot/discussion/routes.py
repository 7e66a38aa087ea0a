"""The API of discussion: post, edit, withdraw, vote, flag, decide, history, preview, appeal. Forms for people are in forms.py."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from folkmoot.discussion import appeals, comments, mine, moderation, proofs
from folkmoot.discussion.answers import CommentAnswer, Revision, comment_answer, revision_answer
from folkmoot.discussion.asking import LANES, CommentPath, count_rush, customs, lane_of, proof_of, words_of
from folkmoot.discussion.fragments import placed, with_parent
from folkmoot.discussion.mine import Own
from folkmoot.discussion.model import MAX_DETAIL, Draft
from folkmoot.discussion.moderation import MAX_REASON
from folkmoot.errors import Conflict, NotAllowed, NotFound, TooSoon
from folkmoot.mail import can_send
from folkmoot.people.doors import own_address
from folkmoot.people.model import Actor
from folkmoot.people.publishers import doorway
from folkmoot.people.sign_in import ask_code
from folkmoot.people.waiting import Because
from folkmoot.sites.stories import MAX_KEY, MAX_TITLE, ensure
from folkmoot.storage.database import Tx
from folkmoot.web.bodies import Id
from folkmoot.web.operations import Operation
from folkmoot.web.requests import Ask
from folkmoot.web.words import in_words, machine

KEPT_BACK = "-"  # stands in kept answers where a token was
Url = Annotated[str, Meta(min_length=1, max_length=2000, description="The story's address, on a registered host")]
Text = Annotated[str, Meta(min_length=1, max_length=20_000, description="Markdown, a small subset")]


class NewComment(Struct, forbid_unknown_fields=True):
    """A comment to post. story: the publisher's own id of the story; email: where a code is to be sent, to keep one's name;
    website: stays empty, for it is a trap; written: milliseconds from the first letter to sending, where a program measures them;
    altcha: the solution of a challenge of GET /api/v1/challenge, or "unable", where the answer has asked for one (refused_proof)."""

    url: Url
    text: Text
    parent: Id | None = None
    story: Annotated[str, Meta(min_length=1, max_length=MAX_KEY)] | None = None
    title: Annotated[str, Meta(max_length=MAX_TITLE)] | None = None
    name: Annotated[str, Meta(max_length=200)] | None = None
    email: Annotated[str, Meta(max_length=254)] | None = None
    website: Annotated[str, Meta(max_length=2000)] = ""
    written: Annotated[int, Meta(ge=0, lt=2**53)] | None = None
    altcha: Annotated[str, Meta(max_length=4000)] = ""


class PostedAnswer(Struct, omit_defaults=True):
    """What became of a comment. token: a guest's first post gets one; it is theirs to keep. why, rule: of a held one.

    code_id: digits were mailed; POST /api/v1/sessions takes them, with the guest's token as `secret`, and the comment is a member's.
    fragment: the comment's HTML as its writer sees it, where `Prefer: return=fragment` asked for it.
    """

    comment: CommentAnswer
    verdict: Literal["published", "held"]
    story: str | UnsetType = UNSET
    why: str | UnsetType = UNSET
    rule: str | UnsetType = UNSET
    token: str | UnsetType = UNSET
    code_id: str | UnsetType = UNSET
    edit_until: str | UnsetType = UNSET
    fragment: str | UnsetType = UNSET


class NewText(Struct, forbid_unknown_fields=True):
    """A comment's new words."""

    text: Text


class NewVote(Struct, forbid_unknown_fields=True):
    """1: worth reading; -1: not; 0: no vote."""

    value: Literal[1, 0, -1]


class VoteAnswer(Struct, omit_defaults=True):
    """counts: whether the vote ranks now. token: as in PostedAnswer."""

    value: int
    counts: bool
    token: str | UnsetType = UNSET


class NewFlag(Struct, forbid_unknown_fields=True):
    """A report to the moderators."""

    reason: Literal["attack", "advertising", "private", "untrue", "off_topic", "other"]
    detail: Annotated[str, Meta(max_length=MAX_DETAIL)] = ""


class FlagAnswer(Struct, omit_defaults=True):
    """token: as in PostedAnswer."""

    reported: bool
    token: str | UnsetType = UNSET


class NewDecision(Struct, forbid_unknown_fields=True):
    """A moderator's decision; `reason` is shown to the writer. revision: the number of the text that remove_revision takes away.

    guideline: which of the site's guidelines it goes by, word for word; note: for the desk alone.
    """

    do: Literal["hold", "release", "remove", "restore", "remove_revision", "keep"]
    reason: Annotated[str, Meta(max_length=MAX_REASON)] = ""
    revision: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    guideline: Annotated[str, Meta(max_length=500)] = ""
    note: Annotated[str, Meta(max_length=MAX_REASON)] = ""


class History(Struct):
    revisions: list[Revision]


class Typed(Struct, forbid_unknown_fields=True):
    """Words to be shown as they would look."""

    text: Text


class ChallengeQuery(Struct, forbid_unknown_fields=True):
    url: Url


class Shown(Struct):
    html: str


class Appealed(Struct):
    """The appeal's id. Another moderator than who removed the comment decides; the answer stands beside the comment."""

    id: str


class QueueItem(Struct):
    """A comment that waits, and why."""

    comment: CommentAnswer
    why: str
    rule: str


async def post(ask: Ask[Actor], body: NewComment) -> PostedAnswer:
    ask.spend("comment")
    words = await words_of(body.text)
    proof = await proof_of(ask, body.altcha, body.url)

    def act(tx: Tx) -> PostedAnswer:
        story = ensure(tx, body.url, body.story, body.title, "reader", ask.now)
        draft = Draft(story.id, words, body.parent, body.name, body.email, bool(body.website), body.written, proof)
        actor = ask.actor(tx)
        posted = comments.post(tx, actor, draft, ask.now, customs(ask), ask.say_again)
        count_rush(ask, actor)
        answer = _own_answer(ask, mine.just_posted(posted, ask.now), posted.token)
        return structs.replace(answer, code_id=_mail_code(tx, ask, actor, body.email, posted.token or ask.token))

    answer = await ask.write_once(act, PostedAnswer, LANES.of(body.url))
    if answer.story is not UNSET:
        LANES.learn(body.url, int(answer.story))
    return await _with_fragment(ask, _with_token(ask, answer))


def _mail_code(tx: Tx, ask: Ask[Actor], actor: Actor, email: str | None, secret: str | None) -> str | UnsetType:
    """Mails a guest the digits by which they keep what they wrote; their own token is the secret that goes with them."""
    if not email or secret is None or actor.proven or not can_send(ask.kit.settings):
        return UNSET
    where = doorway(tx, None, own_address(ask), ask.request.url.netloc, ask.language, ask.now)
    limited = ask.kit.settings.limits.enabled
    return str(ask_code(tx, email, secret, ask.now, where, network=ask.network, limited=limited).id)


def _with_token(ask: Ask[Actor], answer: PostedAnswer) -> PostedAnswer:
    """The answer to be sent. That of a request with a key is kept for repeats, without the guest's token, which is said again here."""
    if answer.token is UNSET or ask.repeat_key is None or answer.comment.author is None:
        return answer
    return structs.replace(answer, token=ask.say_again(int(answer.comment.author.id or 0)))


async def _with_fragment(ask: Ask[Actor], answer: PostedAnswer) -> PostedAnswer:
    """The answer with the comment's HTML, where the caller prefers it: rendered after the commit, so that no writer waits for it."""
    if "return=fragment" not in ask.request.headers.get("prefer", ""):
        return answer
    own, name = await ask.read(lambda tx: with_parent(tx, mine.own_comment_of(tx, int(answer.comment.id), ask.now)))
    return structs.replace(answer, fragment=placed(own, name, ask.language))


def _own_answer(ask: Ask[Actor], own: Own, token: str | None = None) -> PostedAnswer:
    """The answer to a post or an edit, read back in the transaction that wrote it."""
    held = own.comment.state == "held" or own.waiting_html is not None
    kept = token and (token if ask.repeat_key is None else KEPT_BACK)
    return PostedAnswer(
        comment_answer(own.comment), "held" if held else "published", str(own.comment.story), in_words(own.why, ask.language) or UNSET,
        own.rule or UNSET, kept or UNSET, UNSET, machine(own.edit_until) if own.edit_until else UNSET,
    )


async def edit(ask: Ask[Actor], path: CommentPath, body: NewText) -> PostedAnswer:
    ask.spend("change")
    words = await words_of(body.text)

    def act(tx: Tx) -> PostedAnswer:
        comments.edit(tx, ask.actor(tx), path.id, words, ask.now, customs(ask))
        return _own_answer(ask, mine.own_comment_of(tx, path.id, ask.now))

    return await _with_fragment(ask, await ask.write_once(act, PostedAnswer, await lane_of(ask, path.id)))


async def withdraw(ask: Ask[Actor], path: CommentPath) -> None:
    ask.spend("change")
    await ask.write(lambda tx: comments.withdraw(tx, ask.actor(tx), path.id, ask.now), await lane_of(ask, path.id))


async def vote(ask: Ask[Actor], path: CommentPath, body: NewVote) -> VoteAnswer:
    ask.spend("vote")
    lane = await lane_of(ask, path.id)
    given = await ask.write(lambda tx: comments.vote(tx, ask.actor(tx), path.id, body.value, ask.now, customs(ask)), lane)
    return VoteAnswer(body.value, given.counts, given.token or UNSET)


async def flag(ask: Ask[Actor], path: CommentPath, body: NewFlag) -> FlagAnswer:
    ask.spend("flag")
    lane = await lane_of(ask, path.id)
    given = await ask.write(lambda tx: comments.flag(tx, ask.actor(tx), path.id, body.reason, body.detail, ask.now), lane)
    return FlagAnswer(True, given.token or UNSET)


async def history(ask: Ask[Actor], path: CommentPath) -> History:
    rows = await ask.read(lambda tx: comments.history(tx, ask.actor(tx), path.id))
    return History([revision_answer(row) for row in rows])


async def decide(ask: Ask[Actor], path: CommentPath, body: NewDecision) -> QueueItem:
    ask.spend("change")

    def act(tx: Tx) -> QueueItem:
        because = Because(body.reason, body.guideline, body.note)
        moderation.decide(tx, ask.actor(tx), path.id, body.do, because, ask.now, body.revision)
        return queue_item(mine.own_comment_of(tx, path.id, ask.now))

    return await ask.write(act, await lane_of(ask, path.id))


def queue_item(own: Own) -> QueueItem:
    return QueueItem(comment_answer(own.comment), own.why, own.rule)


async def appeal(ask: Ask[Actor], path: CommentPath, body: Typed) -> Appealed:
    ask.spend("change")
    lane = await lane_of(ask, path.id)
    made = await ask.write(lambda tx: appeals.appeal(tx, ask.actor(tx), path.id, body.text, ask.now), lane)
    return Appealed(str(made))


async def challenge(ask: Ask[Actor], query: ChallengeQuery) -> proofs.Challenge:
    """Work to be done for one comment under a story, in the format of ALTCHA v2. It is signed, so nothing is kept of it here."""
    return proofs.challenge(ask.kit.secret, query.url, ask.now)


async def preview(ask: Ask[Actor], body: Typed) -> Shown:
    ask.spend("preview")
    return Shown((await words_of(body.text)).html)


_ONE = (NotFound, NotAllowed, TooSoon)
OPERATIONS = (
    Operation("POST", "/api/v1/comments", post, "Post a comment", status=201, problems=(NotFound, Conflict, NotAllowed, TooSoon)),
    Operation("PATCH", "/api/v1/comments/{id}", edit, "Edit one's own comment", signed=True, problems=(*_ONE, Conflict)),
    Operation("DELETE", "/api/v1/comments/{id}", withdraw, "Withdraw one's own comment", status=204, signed=True, problems=(*_ONE, Conflict)),
    Operation("PUT", "/api/v1/comments/{id}/vote", vote, "Set one's vote on a comment", problems=_ONE),
    Operation("POST", "/api/v1/comments/{id}/flags", flag, "Report a comment", status=201, problems=_ONE),
    Operation("GET", "/api/v1/comments/{id}/history", history, "The texts that a comment had", problems=(NotFound, NotAllowed)),
    Operation("POST", "/api/v1/comments/{id}/decisions", decide, "Decide on a comment", signed=True, problems=(*_ONE, Conflict)),
    Operation("POST", "/api/v1/comments/{id}/appeal", appeal, "Appeal against a removal", status=201, signed=True, problems=(*_ONE, Conflict)),
    Operation("GET", "/api/v1/challenge", challenge, "A challenge to be solved while very many write"),
    Operation("POST", "/api/v1/preview", preview, "Show words as they would look", problems=(TooSoon,)),
)
