"""Undoes a Content-Encoding (RFC 9110 8.4) piece by piece, under a limit on what comes out.

Bytes in, bytes out. It reads no header but the coding it is told and knows no connection.
"""

from __future__ import annotations

import zlib
from typing import Final

from scrapers.http.outcomes import FetchError, NotEncodedError, Outcome

_PIECE: Final = 16 * 1024
_STEP: Final = 64 * 1024
_CODINGS: Final = {
    "": "identity",
    "identity": "identity",
    "gzip": "gzip",
    "x-gzip": "gzip",
    "deflate": "deflate",
}


def coding_of(header: str | None) -> str:
    """The one coding that a Content-Encoding names; raises `FetchError` for several and for unknown ones."""
    named = [name.strip().lower() for name in (header or "").split(",")]
    if len(named) > 1 or named[0] not in _CODINGS:
        what = named[0][:20] if len(named) == 1 else f"{len(named)} codings on top of each other"
        raise FetchError(Outcome.BAD_ENCODING, f"the answer is encoded in a way we did not ask for ({what}).")
    return _CODINGS[named[0]]


class Decoder:
    """Undoes one Content-Encoding piece by piece and stops at `cap` bytes, however much the input would unfold to.

    httpx decodes whole chunks without a limit and takes a cut gzip stream for a complete one; hence our own.
    """

    def __init__(self, coding: str, cap: int) -> None:
        self._coding = coding
        self._cap = cap
        self._parts: list[bytes] = []
        self._size = 0
        self._pending = b""
        self._inflater: zlib._Decompress | None = None
        self._done = False

    @property
    def full(self) -> bool:
        """Whether there is more than `cap` bytes."""
        return self._size > self._cap

    @property
    def complete(self) -> bool:
        """Whether the coding's own end was seen; an empty body is complete in any coding."""
        if self._coding == "identity" or self._done:
            return True
        return self._inflater is None and not self._pending

    def feed(self, data: bytes) -> None:
        """Take bytes as received; raises `NotEncodedError` or `FetchError` where they are not of the coding."""
        if self._coding == "identity":
            self._keep(data)
            return
        # In small pieces: zlib copies what it has not used yet, which is quadratic in the size of a piece.
        for start in range(0, len(data), _PIECE):
            if self.full or (self._done and self._coding == "deflate"):
                return
            self._inflate(self._pending + data[start : start + _PIECE])

    def result(self) -> bytes:
        return b"".join(self._parts)

    def _keep(self, data: bytes) -> None:
        self._parts.append(data)
        self._size += len(data)

    def _inflate(self, data: bytes) -> None:
        self._pending = b""
        while data and not self.full:
            if self._inflater is None:
                if len(data) < 2:
                    self._pending = data
                    return
                if self._done and data[:2] != b"\x1f\x8b":
                    return  # padding behind the last gzip member
                self._inflater = zlib.decompressobj(wbits=_window(self._coding, data))
                self._done = False
            data = self._step(self._inflater, data)

    def _step(self, inflater: zlib._Decompress, data: bytes) -> bytes:
        try:
            self._keep(inflater.decompress(data, _STEP))
        except zlib.error:
            if self._size == 0:
                raise NotEncodedError from None
            raise FetchError(Outcome.BAD_ENCODING, "the compressed answer is damaged.") from None
        if inflater.eof:
            # A gzip stream may hold several members one after the other (RFC 1952 2.2).
            self._inflater, self._done = None, True
            return inflater.unused_data if self._coding == "gzip" else b""
        return inflater.unconsumed_tail


def _window(coding: str, head: bytes) -> int:
    """zlib's wbits. "deflate" means the zlib format (RFC 9110 8.4.1.2), but some servers send it without its header."""
    if coding == "gzip":
        return 31
    return 15 if head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0 else -15
