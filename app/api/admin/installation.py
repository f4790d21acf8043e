"""`/v1/admin/backup` and `/v1/admin/findings`: when a backup was made, making one, and the settings as `doctor` sees them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from app.api.admin.deps import Actor, Shape, private, problems
from app.api.vocabulary import NoParameters
from app.core.errors import ProblemError
from app.digest.repository.secrets import is_home
from app.http.deps import AppState, Now, State
from app.maintenance.backup import last_backup, last_restore, make_backup
from app.maintenance.doctor import examine_opened
from app.maintenance.finding import State as FindingState
from app.maintenance.portable import BackupError

router = APIRouter()


class MadeBackupOut(Shape):
    """A backup: when it was made, its size, the name of its file in the folder `backups` beside the data."""

    at: str
    bytes: int
    name: str


class BackupStateOut(Shape):
    """The last backup and the last restore; null = never. `is_home` is false for a restored database that mails nothing yet."""

    last: MadeBackupOut | None
    restored_at: str | None
    is_home: bool


class FindingOut(Shape):
    """One thing that was looked at. `off` is as it was set; `warning` and `wrong` need a look."""

    name: str
    state: FindingState
    detail: str


class FindingsOut(Shape):
    """As `nextcircle doctor --json` lists them."""

    items: list[FindingOut] = Field(description="In the order of `doctor`")


@router.get(
    "/backup",
    operation_id="getBackupState",
    summary="When the last backup was made",
    response_model=BackupStateOut,
    responses=problems(),
)
def get_backup(asked: Annotated[NoParameters, Query()], actor: Actor, state: AppState) -> Response:  # noqa: ARG001
    """Of backups that were made here or by `nextcircle backup`."""
    return private(_backup_state(state))


@router.post(
    "/backup",
    operation_id="makeBackup",
    summary="Make a backup in the data folder",
    status_code=201,
    response_model=BackupStateOut,
    responses=problems(409),
)
def make(actor: Actor, state: AppState, now: Now) -> Response:
    """Answers when it is made. Only its owner reads the file; keep a copy on another machine."""
    try:
        make_backup(state.database, state.settings.data_dir / "backups", actor, now)
    except (BackupError, OSError) as error:
        raise ProblemError(409, str(error)) from None
    return private(_backup_state(state), 201)


@router.get(
    "/findings",
    operation_id="listFindings",
    summary="The settings, the database and the sources as `doctor` sees them",
    response_model=FindingsOut,
    responses=problems(),
)
def list_findings(asked: Annotated[NoParameters, Query()], actor: Actor, state: AppState) -> Response:  # noqa: ARG001
    """No setting that is secret is in it."""
    return private({"items": [each.as_dict() for each in examine_opened(state.settings, state.database)]})


def _backup_state(state: State) -> dict[str, Any]:
    last = last_backup(state.database)
    return {
        "last": None if last is None else {"at": last.at, "bytes": last.bytes, "name": last.name},
        "restored_at": last_restore(state.database),
        "is_home": is_home(state.database),
    }
