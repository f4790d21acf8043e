"""Whether a reason of a digest is true, worked out from the rows of the database and the taxonomy, without the recommender."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Connection, text

from app.core.ids import internal
from app.digest.resolution import ResolvedWish
from app.recommend.kindred import kindred
from app.taxonomy.taxonomy import load

_KM_OF_A_RADIAN: Final = 6371.0
_MONTHS: Final = timedelta(days=90)
_HELPFUL: Final = 0.3
_ABOUT: Final = {
    "field_match": "About %(label)s, a field you aim for",
    "adjacent_field": "About %(label)s, which borders on your field",
    "interest_match": "About %(label)s, one of your interests",
    "related_interest": "About %(label)s, close to an interest of yours",
}
# What helps people who look for work in any field.
_HELPING: Final = frozenset(
    ("job-search-support", "career-change", "interview-practice", "mentoring", "professional-women", "young-professionals",
     "business-networking", "career-networking", "job-search", "hiring", "networking")
)  # fmt: skip
_EVENTS: Final = text(
    "SELECT start_at FROM event WHERE group_id = :group AND removed_at IS NULL AND merged_into IS NULL"
    " AND event_status <> 'EventCancelled'"
)


class Truth:
    """What the database says of one pick of one digest."""

    def __init__(
        self, connection: Connection, pick: dict[str, Any], asked: ResolvedWish, now: datetime
    ) -> None:
        self.asked, self.now, self.pick = asked, now, pick
        event, group = pick["event"], pick["group"]
        holder = group or event["group"]
        self.event = None if event is None else _row(connection, "event", event["id"])
        self.group = None if holder is None else _row(connection, "meetup_group", holder["id"])
        known = {} if self.group is None else {"group": self.group["id"]}
        self.starts = [int(row.start_at) for row in connection.execute(_EVENTS, known)] if known else []

    def lies(self) -> list[str]:
        """The reasons that are not true."""
        return [f"{each['code']}: {each['text']}" for each in self.pick["reasons"] if not self._is_true(each)]

    def _is_true(self, reason: dict[str, Any]) -> bool:
        code, said = reason["code"], reason["text"]
        if code in _ABOUT:
            return said in self._abouts(code)
        checks = {
            "near": self._is_near,
            "good_for_networking": self._is_useful,
            "for_job_seekers": self._is_for_job_seekers,
            "words_match": self._has_words,
            "meets_again": self._meets_again,
            "meets_regularly": self._meets_regularly,
            "next_event": self._is_next,
            "met_lately": self._met_lately,
        }
        return code in checks and checks[code](said, reason["evidence"] or "")

    def _topics(self, kind: str) -> dict[str, float]:
        """The topics of the event and of the group behind it."""
        found: dict[str, float] = {}
        for row in (self.group, self.event):
            if row is not None:
                found |= {str(each): float(sure) for each, sure in orjson.loads(row["topics"]).get(kind, ())}
        return found

    def _abouts(self, code: str) -> set[str]:
        known = load()
        if code == "field_match":
            families = {known.fields[each].family for each in self.asked.fields}
            ids = self._topics("field").keys() & (families | set(self.asked.fields))
        elif code == "adjacent_field":
            around = {other for each in self.asked.fields for other in known.fields[each].adjacent}
            families = {known.fields[each].family for each in self.asked.fields}
            kin = {each.id for each in known.fields.values() if each.family in families}
            # Photographers meet in camera clubs.
            shared = {other for each in self.asked.fields for other in kindred().get(each, ())}
            ids = self._topics("field").keys() & (around | kin) - set(self.asked.fields)
            ids |= self._topics("interest").keys() & shared
        elif code == "interest_match":
            ids = self._topics("interest").keys() & set(self.asked.interests)
        else:
            kinds = {known.interests[each].category for each in self.asked.interests}
            kin = {each.id for each in known.interests.values() if each.category in kinds}
            ids = self._topics("interest").keys() & (kin | kinds) - set(self.asked.interests)
        say = self.asked.say
        return {say.gettext(_ABOUT[code], label=say.label(each)) for each in ids}

    def _is_near(self, said: str, _: str) -> bool:
        row, place = self.event or self.group, self.asked.resolved["near"][0]["place"]
        assert row is not None
        km = _distance(row["lat"], row["lon"], place["lat"], place["lon"])
        if "0,6" in said or "0.6" in said:
            return km < 1.01
        return abs(_number(said) - km) <= 0.51 and place["name"] in said

    def _is_useful(self, _: str, __: str) -> bool:
        return any(sure >= _HELPFUL for sure in self._topics("purpose").values())

    def _is_for_job_seekers(self, _: str, __: str) -> bool:
        return bool(self._topics("interest").keys() & _HELPING or self._topics("purpose").keys() & _HELPING)

    def _has_words(self, _: str, evidence: str) -> bool:
        rows = [row for row in (self.event, self.group) if row is not None]
        words = " ".join(f"{row['name']} {row['description']}" for row in rows).lower()
        return all(each.strip().lower() in words for each in evidence.split(","))

    def _meets_again(self, said: str, _: str) -> bool:
        first, last = self.now.timestamp(), (self.now + _MONTHS).timestamp()
        return _number(said) == sum(first <= each <= last for each in self.starts) >= 2

    def _meets_regularly(self, _: str, evidence: str) -> bool:
        first, last = (self.now - _MONTHS).timestamp(), (self.now + _MONTHS).timestamp()
        return _number(evidence) == sum(first <= each <= last for each in self.starts)

    def _is_next(self, said: str, evidence: str) -> bool:
        moment = datetime.fromisoformat(evidence)
        coming = [each for each in self.starts if each >= self.now.timestamp()]
        start = int(self.event["start_at"]) if self.event is not None else min(coming, default=0)
        row = self.event or self.group
        assert row is not None
        local = moment.astimezone(_zone(row["timezone"]))
        return moment.timestamp() == start and self.asked.say.day_and_clock(local) in said

    def _met_lately(self, said: str, evidence: str) -> bool:
        last = max((each for each in self.starts if each < self.now.timestamp()), default=0)
        moment = datetime.fromisoformat(evidence)
        return moment.timestamp() == last and _number(said) == (self.now - moment).days


def _row(connection: Connection, table: str, identity: str) -> dict[str, Any]:
    query = text(f"SELECT * FROM {table} WHERE id = :id")
    return dict(connection.execute(query, {"id": internal(identity)}).mappings().one())


def _zone(name: str | None) -> ZoneInfo:
    return ZoneInfo(name or "UTC")


def _number(said: str) -> float:
    found = re.search(r"\d+", said)
    return float(found[0]) if found else -1.0


def _distance(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    one, other = math.radians(lat), math.radians(other_lat)
    half = math.sin((other - one) / 2) ** 2
    half += math.cos(one) * math.cos(other) * math.sin(math.radians(other_lon - lon) / 2) ** 2
    return 2 * _KM_OF_A_RADIAN * math.asin(math.sqrt(half))
