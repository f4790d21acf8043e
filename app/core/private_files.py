"""Files and folders that only their owner reads: they hold what organisers wrote, and hashes of keys."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def make_private_folder(path: Path) -> None:
    """Make a folder (0700) where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)


def make_private_file(path: Path) -> None:
    """Make an empty file (0600) where there is none; take the rights of others away from one that is ours."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    # A file of somebody else stays as they want it.
    with contextlib.suppress(PermissionError):
        path.chmod(0o600)
