"""A thread that does not stand still: guests vote, post and take back between any two looks at it, by the API."""

from __future__ import annotations

import random
from typing import Any

from tests.hostile.asking import House, send_json

LAKE = "https://news.example/lake"
VOTES, POSTS, GONE = 200, 20, 2


class Stir:
    """A thread of 130 comments that guests vote on, answer and take back, through the API. stayed: those that nobody took back."""

    def __init__(self, house: House, seed: int) -> None:
        self._house = house
        self._chance = random.Random(seed)
        self._tokens: dict[str, str] = {}
        self.all: list[str] = []
        self.roots = self.post([None] * 90)
        self.post(self._chance.choices(self.roots[:8], k=20))
        self.post(self._chance.choices(self.all, k=20))
        self.stayed = set(self.all)

    def post(self, parents: list[Any]) -> list[str]:
        bodies = [{"url": LAKE, "text": f"Words {self._chance.random()}.", "name": "Ada"} | ({"parent": each} if each else {}) for each in parents]
        answers = self._house.all(send_json("POST", "/api/v1/comments", body) for body in bodies)
        assert {answer.status for answer in answers} == {201}, answers
        for told in (answer.json() for answer in answers):
            self._tokens[told["comment"]["id"]] = told["token"]
            self.all.append(told["comment"]["id"])
        return self.all[-len(parents):]

    def vote(self, among: list[str]) -> None:
        given = [(self._chance.choice(among), self._chance.choice((1, 1, -1))) for _ in range(VOTES)]
        answers = self._house.all(send_json("PUT", f"/api/v1/comments/{comment}/vote", {"value": value}) for comment, value in given)
        assert {answer.status for answer in answers} == {200}

    def take_back(self) -> None:
        for comment in self._chance.sample(sorted(self.stayed), GONE):
            self.stayed.discard(comment)
            answer = self._house.ask(send_json("DELETE", f"/api/v1/comments/{comment}", b"", self._tokens[comment]))
            assert answer.status == 204
            self.all.remove(comment)

    def everything(self) -> None:
        """200 votes on any, 20 posts (half of them replies), two withdrawals."""
        self.vote(self.all)
        self.post([None] * (POSTS // 2) + self._chance.choices(self.all, k=POSTS // 2))
        self.take_back()

    def the_best(self) -> None:
        """200 votes on sixty of the roots: more of them move between two pages than a page holds. 20 replies to them."""
        among = [root for root in self.roots[:60] if root in self.all]
        self.vote(among)
        self.post(self._chance.choices(among, k=POSTS))
