"""Events and groups, as the API shows them, in the formats of other programs. Pure: documents in, bytes out, one at a time.

Each format names its file's ending and media type and gives the bytes before the first item, of each item, and after the
last, so that a million of them need no memory. Every item says where it comes from, whom to name and under which terms.
"""

from app.outputs.formats import FORMATS, Format

__all__ = ["FORMATS", "Format"]
