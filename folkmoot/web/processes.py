"""Processes of the server: the socket they share, children that are started again when they die, and an end together."""

from __future__ import annotations

import multiprocessing
import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess, parent_process
from typing import NamedTuple

from folkmoot.errors import Conflict, Invalid, say
from folkmoot.web.logs import log

BACKLOG = 2048
GRACE = 15.0       # seconds that a child has to end by itself
LEAST_LIFE = 1.0   # seconds: one that dies sooner waits this long before it is started again


class Task(NamedTuple):
    """What a child does: a function of a module, since the child is a new program, and what it is given."""

    name: str
    act: Callable[..., None]
    given: tuple[object, ...]


class Crew:
    """Keeps one child process per task alive until `stop`."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._tasks = tasks
        self._children: dict[int, tuple[BaseProcess, Task, float]] = {}
        self._stopping = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="crew", daemon=True)

    def start(self) -> None:
        """Starts every child and watches over them."""
        for task in self._tasks:
            self._start(task)
        self._keeper.start()

    def stop(self) -> None:
        """Asks every child to end, and ends those that do not within the grace."""
        self._stopping.set()
        self._keeper.join()
        children = [child for child, _, _ in self._children.values()]
        for child in children:
            child.terminate()
        until = time.monotonic() + GRACE
        for child in children:
            child.join(max(0.0, until - time.monotonic()))
            if child.exitcode is None:
                child.kill()
                child.join()

    @property
    def pids(self) -> dict[str, int | None]:
        """The process ids by the tasks' names."""
        return {task.name: child.pid for child, task, _ in self._children.values()}

    def _start(self, task: Task) -> None:
        child = multiprocessing.get_context("spawn").Process(target=_run, args=(task,), name=task.name)
        child.start()
        self._children[child.sentinel] = (child, task, time.monotonic())

    def _keep(self) -> None:
        while not self._stopping.is_set():
            for sentinel in wait(list(self._children), timeout=0.2):
                self._start_again(int(str(sentinel)))

    def _start_again(self, sentinel: int) -> None:
        child, task, begun = self._children[sentinel]
        child.join()
        if self._stopping.wait(max(0.0, LEAST_LIFE - (time.monotonic() - begun))):
            return
        log.error("A process ended by itself and is started again", extra={"about": {"process": task.name, "exit": child.exitcode}})
        del self._children[sentinel]
        child.close()
        self._start(task)


def _run(task: Task) -> None:
    """A child's whole life. It ends when its parent is gone, however that ended."""
    os.setpgrp()  # Ctrl+C at a terminal is for the parent, which then tells its children
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), name="parent", daemon=True).start()
    task.act(*task.given)


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens, for all server processes. Raises Conflict where the port is taken, Invalid for no address of ours."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        made = socket.socket(family, kind, protocol)
    except OSError:
        raise Invalid(say("{host} is no address to listen at. Set server.host.", host=host), "bad_host", "server.host") from None
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        raise _unbound(host, port, error) from None
    made.set_inheritable(True)
    return made


def _unbound(host: str, port: int, error: OSError) -> Conflict | Invalid:
    if isinstance(error, PermissionError):
        words = say("Port {port} needs more rights than this user has. Choose one above 1023 with --port.", port=port)
        return Invalid(words, "port_not_allowed", "server.port")
    if error.errno == 98 or error.errno == 48:
        words = say("Port {port} is taken by another program. Choose another with --port.", port=port)
        return Conflict(words, "port_taken", "server.port")
    words = say("{host} is not an address of this machine. Set server.host.", host=host)
    return Invalid(words, "bad_host", "server.host")
