"""`/v1/dump`: everything as files, made every night, for who wants all of it. With ETags and ranges, so that half a download is not lost."""

from __future__ import annotations

import re
from pathlib import Path as FilePath
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import FileResponse, Response

from app.api.vocabulary import NoParameters
from app.core.errors import ProblemError
from app.http.deps import AppState, State, answer, matches
from app.http.problems import problem
from app.outputs.dumped import dumped
from app.service.schemas import ProblemOut

router = APIRouter(tags=["dump"])
# One range (RFC 9110 14.1.2); several at once are answered with the whole file, as is what cannot be read.
_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_HEADERS: Final = {
    "Cache-Control": "public, max-age=3600",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


class DumpFileOut(BaseModel):
    """A file; `bytes` and `sha256` are of the file as it is loaded."""

    model_config = ConfigDict(extra="forbid")

    name: str
    url: str
    media_type: str
    rows: int
    bytes: int
    sha256: str


class DumpOut(BaseModel):
    """The files of the last dump. `terms`: what holds for showing it elsewhere; `since`: where changes after it are."""

    model_config = ConfigDict(extra="forbid")

    created_at: str
    terms: str
    since: dict[Literal["events", "groups"], str]
    files: list[DumpFileOut]


@router.get(
    "/v1/dump",
    operation_id="getDump",
    summary="The files of the last nightly dump",
    response_model=DumpOut,
    responses={404: {"model": ProblemOut}, 422: {"model": ProblemOut}},
)
def get_dump(request: Request, asked: Annotated[NoParameters, Query()], state: AppState) -> Response:  # noqa: ARG001
    """Events that are not over and every group, in several formats, with the terms that hold for them."""
    listed = _listed(state)
    files = [
        {
            **{name: each[name] for name in ("name", "media_type", "rows", "bytes", "sha256")},
            "url": f"{state.settings.base_url}/v1/dump/{each['name']}",
        }
        for each in listed["files"]
    ]
    return answer(request, {**listed, "files": files}, listed["created_at"])


@router.get(
    "/v1/dump/{name}",
    operation_id="getDumpFile",
    summary="A file of the dump",
    response_class=Response,
    responses={
        200: {"description": "The file", "content": {"application/gzip": {}}},
        206: {"description": "The range of it that was asked for", "content": {"application/gzip": {}}},
        304: {"description": "You have it"},
        404: {"model": ProblemOut},
        416: {"model": ProblemOut, "description": "The file has no such range"},
        422: {"model": ProblemOut},
    },
)
def get_dump_file(
    request: Request,
    name: Annotated[str, Path(max_length=40, examples=["events.jsonl.gz"])],
    asked: Annotated[NoParameters, Query()],  # noqa: ARG001
    state: AppState,
) -> Response:
    """A gzipped file, or a range of it."""
    listed = _listed(state)
    found = next((each for each in listed["files"] if each["name"] == name), None)
    path = state.settings.dump_folder / found["stored"] if found is not None else None
    if found is None or path is None or not path.is_file():
        names = ", ".join(each["name"] for each in listed["files"])
        raise ProblemError(404, f"the dump has no file of this name; it has {names}")
    headers = {**_HEADERS, "ETag": f'"{found["sha256"][:32]}"'}
    if matches(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return _file(request, path, found, headers)


def _file(request: Request, path: FilePath, found: dict[str, Any], headers: dict[str, str]) -> Response:
    asked = request.headers.get("range")
    if asked is not None:
        first_last = _RANGE.fullmatch(asked.strip())
        if first_last is None or first_last.groups() == ("", ""):
            _forget_range(request)
        elif not _is_inside(*first_last.groups(), size=found["bytes"]):
            detail = f"the file has {found['bytes']} bytes"
            return problem(416, detail, headers={"Content-Range": f"bytes */{found['bytes']}"})
    return FileResponse(path, media_type="application/gzip", headers=headers)


def _is_inside(first: str, last: str, *, size: int) -> bool:
    if not first:
        return int(last) > 0 and size > 0
    return int(first) < size and (not last or int(last) >= int(first))


def _forget_range(request: Request) -> None:
    request.scope["headers"] = [each for each in request.scope["headers"] if each[0] != b"range"]


def _listed(state: State) -> dict[str, Any]:
    listed = dumped(state.settings.dump_folder)
    if listed is None:
        raise ProblemError(
            404, "no dump was made yet; the worker makes one every night, `nextcircle dump` at once"
        )
    return listed
