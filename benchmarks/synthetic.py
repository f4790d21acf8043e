"""Synthetic listings for measuring: the same ones every time, spread over cities of all sizes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

# name, region, country, lat, lon, zone, weight: London a tenth of a population-weighted mix, a small town at its end.
CITIES = (
    ("London", None, "GB", 51.51, -0.13, "Europe/London", 10),
    ("New York", "NY", "US", 40.71, -74.01, "America/New_York", 9),
    ("Tokyo", None, "JP", 35.68, 139.69, "Asia/Tokyo", 9),
    ("Paris", None, "FR", 48.86, 2.35, "Europe/Paris", 8),
    ("Boston", "MA", "US", 42.36, -71.06, "America/New_York", 6),
    ("Berlin", None, "DE", 52.52, 13.40, "Europe/Berlin", 6),
    ("Madrid", None, "ES", 40.42, -3.70, "Europe/Madrid", 6),
    ("Nairobi", None, "KE", -1.29, 36.82, "Africa/Nairobi", 5),
    ("Bristol", None, "GB", 51.45, -2.59, "Europe/London", 2),
    ("Bozeman", "MT", "US", 45.68, -111.04, "America/Denver", 1),
)
TITLES = (
    "Python meetup", "Nursing careers evening", "Board games night", "JavaScript developers", "Finance networking",
    "Job seekers club", "Hiking weekend", "Game development with WebGL", "Marketing breakfast", "Data science talks",
    "Yoga in the park", "Volunteers' day", "Résumé clinic", "Women in engineering", "Spanish conversation",
)  # fmt: skip
_SUBJECTS = (
    "Accounting", "Archery", "Bread", "Calligraphy", "Chess", "Choir", "Climbing", "Cricket", "Cryptography", "Dentistry",
    "Fencing", "French", "Gardening", "Geology", "Hiking", "Italian", "Jazz", "Kayaks", "Knitting", "Kubernetes",
    "Logistics", "Mahjong", "Marketing", "Nursing", "Origami", "Painting", "Philosophy", "Poetry", "Python", "Quilting",
    "Radio", "Robotics", "Salsa", "Sculpture", "Surveying", "Tango", "Tennis", "Ukulele", "Welding", "Yoga",
)  # fmt: skip
_OCCASIONS = (
    "auction", "breakfast", "camp", "census", "clinic", "concert", "contest", "debate", "demo", "dinner", "exam", "excursion",
    "exhibition", "fair", "festival", "field day", "film", "gala", "hour", "interviews", "jam", "journal club", "lab", "lecture",
    "library", "market", "marathon", "museum visit", "newcomers", "open day", "panel", "party", "picnic", "quiz", "rehearsal",
    "retreat", "review", "school", "seminar", "show", "sprint", "summit", "swap", "tasting", "tour", "tournament", "training",
    "tutorial", "walk", "workshop",
)  # fmt: skip
_TEXT = (
    "join us for an evening of talks and networking with people from the community we meet every month to share what we "
    "learn bring your laptop and your questions beginners welcome pizza and drinks are provided by our sponsors"
)
WORDS = _TEXT.split()


def title(number: int) -> str:
    """One of two thousand titles that no two events have in common by a letter or two: "Chess picnic"."""
    return f"{_SUBJECTS[number % len(_SUBJECTS)]} {_OCCASIONS[number // len(_SUBJECTS) % len(_OCCASIONS)]}"


def events(count: int, now: datetime, seed: int = 5) -> Iterator[dict[str, Any]]:
    """`count` event records as `nextcircle load` takes them, with descriptions of about 200 characters."""
    chance = random.Random(seed)
    groups = max(count // 20, 1)
    weights = [city[-1] for city in CITIES]
    for number in range(count):
        group = chance.randrange(groups)
        city, region, country, lat, lon, zone, _ = chance.choices(CITIES, weights)[0]
        start = now + timedelta(days=chance.randrange(180), hours=chance.randrange(24))
        yield {
            "type": "event",
            "platform": "meetup",
            "source": f"source {group % 50}",
            "uid": str(number),
            "name": f"{chance.choice(TITLES)} #{number}",
            "description": " ".join(chance.choices(WORDS, k=36)),
            "start_date": start.isoformat(),
            "end_date": (start + timedelta(hours=2)).isoformat(),
            "timezone": zone,
            "event_attendance_mode": "offline",
            "url": f"https://www.meetup.com/group-{group}/events/{number}/",
            "location": {
                "name": f"Venue {group}",
                "address": f"{number % 99} Main St",
                "city": city,
                "region": region,
                "country": country,
                "lat": lat + chance.gauss(0, 0.08),
                "lon": lon + chance.gauss(0, 0.08),
            },
            "organizer": {
                "uid": f"group-{group}",
                "name": f"{TITLES[group % len(TITLES)]} group {group}",
                "url": f"https://www.meetup.com/group-{group}/",
            },
        }
