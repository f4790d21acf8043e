"""Tells from the words of a place what it is: coordinates that can be true, a venue, or a way to meet online."""

from __future__ import annotations

import math
import re
from typing import Final

from scrapers.records import AttendanceMode

_URL_IN_TEXT: Final = re.compile(r"https?://[^\s<>\"']{3,2000}", re.IGNORECASE)
_MEETING_HOST: Final = re.compile(
    r"https?://(?:[\w-]+\.)*(?:zoom\.us|zoom\.com|zoomgov\.com|meet\.google\.com|hangouts\.google\.com"
    r"|teams\.microsoft\.com|teams\.live\.com|webex\.com|gotomeeting\.com|gotowebinar\.com|meet\.jit\.si|jitsi\.[\w.]+"
    r"|whereby\.com|bigbluebutton\.org|youtube\.com|youtu\.be|twitch\.tv|discord\.gg|discord\.com|crowdcast\.io"
    r"|hopin\.com|streamyard\.com|gather\.town|bluejeans\.com|livestorm\.co|skype\.com)(?:[/:?]|$)",
    re.IGNORECASE,
)
# Rooms of servers that people run themselves: meet.example.org, example.org/b/ann-x3k-9wp, cloud.example.org/call/room.
_OWN_ROOM: Final = re.compile(
    r"https?://(?:(?:[\w-]+\.)*?(?:meet|meetings?|bbb|jitsi|zoom|webinars?|webconf|visio|livestream)\d*\.[\w.-]+(?:[/:?#]|$)"
    r"|[\w.-]+(?::\d+)?/(?:b/[a-z]{3}-[a-z0-9]{3}-[a-z0-9]{3}|(?:bigbluebutton|call|meet|webinars?|livestream)/[^/\s]))",
    re.IGNORECASE,
)
_ONLINE_NAME: Final = re.compile(
    r"(?:(?:this is an? )?(?:online|virtual|remote|web|digital)(?:[ -]?(?:event|only|meeting|meetup|session|conference"
    r"|webinar|class))?|internet|cyberspace|zoom(?: (?:meeting|call|link|webinar|online))?|google meet|hangouts?"
    r"|(?:microsoft |ms )?teams(?: meeting)?|microsoft teams meeting|webinar|webex|jitsi|discord|skype|livestream"
    r"|live ?stream|youtube(?: live)?|twitch|en ligne|en línea|im internet|via zoom|on zoom|online via zoom)[.!]?",
    re.IGNORECASE,
)


def venue_of(text: str) -> tuple[str | None, AttendanceMode | None]:
    """What a place text names and whether it says online: by an address to meet at, or by its words."""
    if not text:
        return None, None
    if _ONLINE_NAME.fullmatch(text):
        return None, "online"
    found = _URL_IN_TEXT.search(text) if "://" in text else None
    if found is None:
        return text, None
    around = (text[: found.start()] + " " + text[found.end() :]).strip(" ,;:|()-–—")
    if _MEETING_HOST.match(found[0]) or _OWN_ROOM.match(found[0]):
        if not around or _ONLINE_NAME.fullmatch(around) or len(around.split()) < 2:
            return None, "online"
        return around, "mixed"
    if around:
        return around if not _ONLINE_NAME.fullmatch(around) else None, (
            "online" if _ONLINE_NAME.fullmatch(around) else None
        )
    # A map, or the page of the event on whatever site, says nothing about being online.
    return None, None


def coordinates_of(lat: object, lon: object) -> tuple[float, float] | None:
    """A latitude and a longitude in WGS 84 degrees; None unless finite, in range and not the 0, 0 of empty forms."""
    try:
        if isinstance(lat, bool) or isinstance(lon, bool):
            return None
        north, east = float(str(lat).strip()[:40]), float(str(lon).strip()[:40])
    except ValueError:
        return None
    if not (math.isfinite(north) and math.isfinite(east)) or abs(north) > 90 or abs(east) > 180:
        return None
    return None if north == 0 and east == 0 else (north, east)
