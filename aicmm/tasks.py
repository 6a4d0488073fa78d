"""Work that nobody waits for, where no worker is set up: one thread of the process that was asked to do it.

Good for one machine: nothing else to run. What is waiting or running when the process ends is lost, so a task has to
leave behind what tells that, as `assessments.zips` does. With TASKS_BACKEND=database a worker does the work instead.
"""

import logging
from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any

from django.db import connections
from django_tasks.backends.immediate import ImmediateBackend

logger = logging.getLogger(__name__)


class _Line:
    """Where tasks stand in line for the one thread, which starts with the first of them."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._starting = Lock()
        self._thread: Thread | None = None

    def add(self, work: Callable[[], None]) -> None:
        self._waiting.put(work)
        with self._starting:
            if self._thread is None:
                # A daemon: the process may end while something is under way.
                self._thread = Thread(target=self._serve, name="tasks", daemon=True)
                self._thread.start()

    def _serve(self) -> None:
        while True:
            work = self._waiting.get()
            try:
                work()
            except Exception:
                logger.exception("A task ended with an error")
            finally:
                connections.close_all()


# One for the process: backends are made anew for each thread that asks.
_line = _Line()


class ThreadBackend(ImmediateBackend):
    """Tasks one after the other, in the order of asking, while requests go on."""

    def _execute_task(self, task_result: Any) -> None:
        execute = super()._execute_task
        _line.add(lambda: execute(task_result))
