"""Ending when told to, whatever a process is doing, and when the process that started it is gone."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from types import FrameType
from typing import Final, NoReturn

# As long as a server takes to end its answers, and a worker its fetches.
_STOP_SECONDS: Final = 10.0


def exit_when_told() -> None:
    """Let SIGTERM end the process with 0, from now on until something else handles it."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _exit)


def end_with_the_parent() -> None:
    """End when the other side of standard input is closed, which is when the process that holds it is gone, however it went."""
    threading.Thread(target=_watch, name="parent", daemon=True).start()


def _watch() -> None:
    while os.read(0, 1_024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_STOP_SECONDS)
    os._exit(1)


def _exit(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001
    sys.exit(0)
