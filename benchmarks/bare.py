"""What FastAPI alone can do: one route that returns bytes it has. `benchmarks.search` serves it beside ours."""

from __future__ import annotations

import os
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import Response

app = FastAPI()
_BODY = Path(os.environ["BARE_BODY"]).read_bytes()


@app.get("/bare")
async def bare() -> Response:
    """The bytes."""
    return Response(_BODY, media_type="application/json")
