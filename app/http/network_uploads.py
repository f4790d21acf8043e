"""What API and pages share where contacts are uploaded: how a form is taken apart, and work that fails without a word of what it was about."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Collection
from typing import Any, Final

import anyio
import anyio.to_thread
import orjson

from app.core.errors import ParameterError, ProblemError
from app.http.uploads import Part, Room
from app.network.records import ExportError
from app.network.validation import WrongInputError, too_large

log = logging.getLogger(__name__)

# An analysis is seconds of one processor: more at once would only slow each other and everybody else.
_AT_ONCE: Final = 2
_FILES: Final = frozenset({"file", "file[]", "files", "files[]"})

room = Room()
_workers = anyio.CapacityLimiter(_AT_ONCE)


async def quietly_in_a_thread(work: Callable[[], Any]) -> Any:
    """What some work in a thread comes to; a failure is told and logged without a word of what was worked on."""
    return await anyio.to_thread.run_sync(_quietly, work, limiter=_workers)


def _quietly(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except ExportError as error:
        raise ProblemError(
            error.status,
            str(error),
            (ParameterError("file", None, error.detail, (error.hint,)),),
            members={"code": error.code, "hint": error.hint},
        ) from None
    except WrongInputError as error:
        wrong = (ParameterError(each.where, None, each.detail, each.suggestions) for each in error.wrong)
        raise ProblemError(422, str(error), tuple(wrong)) from None
    except ProblemError:
        raise
    except Exception as error:  # noqa: BLE001  told without its message, which may quote a contact
        frames = traceback.extract_tb(error.__traceback__)[-4:]
        where = " < ".join(f"{each.name}:{each.lineno}" for each in reversed(frames))
        log.error("an analysis failed: %s at %s", type(error).__name__, where)  # noqa: TRY400
        raise ProblemError(
            500, "something went wrong on our side; nothing of the upload was written down"
        ) from None


def files_and_texts(
    parts: list[Part], names: Collection[str], *, needed: bool = True
) -> tuple[list[bytes], dict[str, bytes]]:
    """Files and texts of a form, by the names of its parts. Raises the 422 if a file is `needed` and there is none."""
    files: list[bytes] = []
    texts: dict[str, bytes] = {}
    for part in parts:
        if part.name in _FILES:
            files.append(bytes(part.data))
        elif part.name in names:
            texts[part.name] = bytes(part.data)
        else:
            known = ", ".join(("file", *names))
            raise ProblemError(422, f"the form has an unknown part; the known ones are {known}")
    if needed and not files:
        raise ProblemError(
            422,
            "file: is missing; send one or more exports as parts named file.",
            (ParameterError("file", None, "is missing; send one or more exports as parts named file"),),
        )
    return files, texts


def read_json(name: str, text: bytes | None, most: int) -> Any:
    """A JSON value of at most so many bytes; None where there is none. Raises `WrongInputError` or the 422."""
    if text is None or not text.strip():
        return None
    if len(text) > most:
        raise WrongInputError((too_large(name, most),))
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        detail = "is not JSON"
        raise ProblemError(422, f"{name}: {detail}.", (ParameterError(name, None, detail),)) from None
