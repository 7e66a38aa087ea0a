"""A program that tests kill: it writes without end and says, one number a line, which writes were acknowledged.

    python -m tests.faults.poster DATABASE FIRST-NUMBER
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
from functools import partial

from folkmoot.errors import Unavailable
from folkmoot.storage.database import Database, Tx, connect

STORY = 1
FACT = "INSERT INTO fact (name, body) VALUES (:name, :body)"
COUNT = "INSERT INTO thread (story, live) VALUES (1, 1) ON CONFLICT (story) DO UPDATE SET live = thread.live + 1"


def post(tx: Tx, number: int) -> None:
    """A row and its count, which must always agree."""
    tx.hold(STORY)
    tx.run(FACT, name=str(number), body="words " * 60)
    tx.run(COUNT)
    tx.bump(STORY)


async def client(db: Database, numbers: itertools.count[int]) -> None:
    for number in numbers:
        try:
            await db.write(partial(post, number=number), lane=STORY)
        except Unavailable:
            await asyncio.sleep(0.02)
        else:
            os.write(1, b"%d\n" % number)


async def main(url: str, first: int) -> None:
    db = connect(url)
    numbers = itertools.count(first)
    await asyncio.gather(*(client(db, numbers) for _ in range(16)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
