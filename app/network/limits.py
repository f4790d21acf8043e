"""How much of an export is read: more is refused by name. Bytes, rows and characters."""

from __future__ import annotations

from typing import Final

# Of everything sent at once, and of what comes out of archives.
UPLOAD_BYTES: Final = 25 * 1024 * 1024
MEMBER_BYTES: Final = 50 * 1024 * 1024
TOTAL_BYTES: Final = 100 * 1024 * 1024
FILES: Final = 20
ZIP_ENTRIES: Final = 200
# LinkedIn's text shrinks to a tenth; a hundredth is a bomb.
ZIP_RATIO: Final = 100
# Small members may shrink more: a header of nothing but commas.
ZIP_RATIO_FROM_BYTES: Final = 1024 * 1024
# Of a list of friends: what JSON becomes in memory is twenty times its text.
JSON_BYTES: Final = 8 * 1024 * 1024
# Of what is told beside the files, as JSON: a goal, reports, an aggregate; and what is kept from look to look.
TOLD_BYTES: Final = 64 * 1024
PROGRESS_BYTES: Final = 4 * 1024 * 1024
# Mistakes reported in one answer; the rest are counted.
MISTAKES: Final = 20
# People in one file, which is what LinkedIn allows a member, and in all files together.
CONTACTS: Final = 30_000
ALL_CONTACTS: Final = 60_000
# Rows that name nobody are passed over up to here.
ROWS: Final = 100_000
MESSAGES: Final = 500_000
# A message to more people than this is a mailing and says nothing about any of them.
RECIPIENTS: Final = 5
COLUMNS: Final = 250
FIELD_CHARACTERS: Final = 1_000_000
# No row of any export is a line of so many; a line of commas would be millions of cells.
LINE_CHARACTERS: Final = 2_000_000
# Of a property of a card that is kept.
CARD_CHARACTERS: Final = 5_000
# Of a name, company or title that is kept.
VALUE_CHARACTERS: Final = 300
HEADER_LINES: Final = 30
HEADER_CHARACTERS: Final = 50_000
