"""A worker as a process of its own, to be killed: python -m tests.action.letter_worker DATABASE PORT SPEED SINCE. Its clock runs SPEED times as fast
since then (UTC ms), so that the lease of a killed one's job ends soon."""

from __future__ import annotations

import sys
import threading
import time

from folkmoot.action import representatives
from folkmoot.settings import Letters, Mail, Settings
from folkmoot.storage.database import connect
from folkmoot.work import Worker


def main(url: str, port: int, speed: int, since: int) -> None:
    representatives.in_office = lambda tx, to, now: ""
    settings = Settings(mail=Mail(host="127.0.0.1", port=port, security="none", sender="guide@news.example"), letters=Letters(email=True))
    db = connect(url, readers=1, lanes=1)
    print("ready", flush=True)
    Worker(db, settings, lambda: since + (int(time.time() * 1000) - since) * speed).run(threading.Event())


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:5]))
