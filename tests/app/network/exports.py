"""Exports as programs write them, with invented people: what the tests of the network share."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping

from app.network.exports import read_files
from app.network.people import People, people_of

PREAMBLE = (
    'Notes:\r\n"When exporting your connection data, you may notice that some of the email addresses are missing, see '
    'https://www.linkedin.com/help/linkedin/answer/261"\r\n\r\n'
)
CONNECTIONS = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\r\n"
INVITATIONS = "From,To,Sent At,Message,Direction,inviterProfileUrl,inviteeProfileUrl\r\n"
MESSAGES = (
    "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE,SUBJECT,CONTENT,FOLDER,"
    "ATTACHMENTS,IS MESSAGE DRAFT,IS CONVERSATION DRAFT\r\n"
)
ME = "https://www.linkedin.com/in/me-myself"
OUTLOOK = (
    "Title,First Name,Middle Name,Last Name,Suffix,Company,Department,Job Title,Business Street,Business City,"
    "Business Country/Region,Home City,Business Fax,Business Phone,Mobile Phone,Birthday,E-mail Address,E-mail Type,"
    "E-mail Display Name,E-mail 2 Address,Notes\r\n"
)


def people(*files: bytes | str) -> People:
    """Everybody in some files."""
    return people_of(read_files([each.encode() if isinstance(each, str) else each for each in files]))


def names(found: People) -> list[str]:
    return [each.name for each in found.persons]


def profile(slug: str) -> str:
    return f"https://www.linkedin.com/in/{slug}"


def connection(
    name: str, title: str = "", company: str = "", *, on: str = "05 Mar 2024", slug: str | None = None
) -> str:
    """A row of `Connections.csv`."""
    first, _, last = name.partition(" ")
    address = profile(slug if slug is not None else name.lower().replace(" ", "-")) if slug != "" else ""
    return f'{first},{last},{address},,"{company}","{title}",{on}\r\n'


def connections(rows: Iterable[str]) -> str:
    return PREAMBLE + CONNECTIONS + "".join(rows)


def message(sender: str, recipient: str, at: str, *, folder: str = "INBOX", draft: str = "No") -> str:
    """A row of `messages.csv`; `at` as LinkedIn writes it, without the zone."""
    return (
        f'"2-abc","","A Name","{sender}","Doe, Jane","{recipient}","{at} UTC","","Hello,\r\nhow are you?","{folder}",'
        f'"","{draft}","No"\r\n'
    )


def archive(members: Mapping[str, str | bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return buffer.getvalue()
