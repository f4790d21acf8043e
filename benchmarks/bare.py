"""What FastAPI alone can do: one route that reads two parameters and returns bytes it has. `benchmarks.search` serves it beside ours."""

from __future__ import annotations

import os

from fastapi import FastAPI
from starlette.responses import Response

app = FastAPI()
_BODY = b"x" * int(os.environ["BARE_BYTES"])


@app.get("/bare")
async def bare(near: str, limit: int = 20) -> Response:
    """The bytes."""
    return Response(_BODY, media_type="application/json")
