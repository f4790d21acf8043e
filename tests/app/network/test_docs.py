"""What the pages say of numbers is what the files say."""

from __future__ import annotations

import re
from pathlib import Path

from app.http import uploads
from app.network import limits
from app.network.constants import as_table

DOCS = Path(__file__).parents[3] / "docs"


def test_every_constant_stands_in_the_page_as_in_the_file():
    assert as_table() in (DOCS / "exhaustion.md").read_text("utf-8")


def test_the_limits_of_the_page_are_those_of_the_code():
    text = " ".join((DOCS / "privacy.md").read_text("utf-8").split())
    section = text[text.index("## Limits") : text.index("## How to check it")]
    told = [int(each.replace(",", "")) for each in re.findall(r"\d[\d,]*", section)]
    mb = 1024 * 1024
    assert told[:10] == [
        limits.UPLOAD_BYTES // mb, limits.FILES, limits.CONTACTS, limits.ALL_CONTACTS, limits.ZIP_ENTRIES,
        limits.MEMBER_BYTES // mb, limits.TOTAL_BYTES // mb, limits.TOLD_BYTES // 1024, limits.PROGRESS_BYTES // mb,
        uploads.ROOM_BYTES // mb,
    ]  # fmt: skip
    assert uploads.SECONDS == 120
