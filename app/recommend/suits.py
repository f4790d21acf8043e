"""Whom an evening suits, by what its listing says: newcomers, people who come alone, and practitioners of a field. Pure.

What decides whether somebody goes is who else is in the room and how easy it is to walk in alone. Only what is said, or known of
dates and sizes, counts; what is not said is left open.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple

from app.recommend.constants import constants
from app.recommend.records import Candidate
from app.taxonomy.words import Phrases, split
from app.translations.catalogue import N_
from app.translations.translator import Translator, translator

SuitedTo = Literal["newcomers", "solo", "practitioners"]
_READ = 1_500
_SAYS: dict[SuitedTo, tuple[str, ...]] = {
    "newcomers": (
        "newcomers welcome", "newcomers are welcome", "beginners welcome", "beginner friendly", "beginners are welcome", "all levels",
        "any level", "every level", "no experience", "first timers", "first time", "new members welcome", "new members", "guests welcome",
        "visitors welcome", "everyone is welcome", "everyone welcome", "all are welcome", "all welcome", "anyone is welcome",
        "anyone welcome", "anyone interested", "open to everyone", "open to all", "open to anyone", "new in town", "new to the area",
        "regardless of experience", "regardless of skill", "whether you are new", "whether you're new", "for newcomers", "newbies",
        "absolute beginners", "from beginners", "no prior knowledge", "all skill levels", "just starting", "just curious",
        "anfänger willkommen", "neulinge willkommen", "alle willkommen", "offen für alle", "jeder ist willkommen", "ohne vorkenntnisse",
        "einsteiger", "débutants bienvenus", "ouvert à tous", "tous niveaux", "nouveaux membres", "principiantes", "abierto a todos",
        "todos los niveles", "no se necesita experiencia",
    ),
    "solo": (
        "come alone", "come on your own", "come by yourself", "on your own", "by yourself", "no partner needed", "no partner required",
        "partner not needed", "solo", "going alone", "introverts", "shy", "introduce yourself", "we rotate",
        "rotating partners", "small group", "small groups", "round of introductions", "icebreaker", "ice breaker", "greeter",
        "buddy", "say hello to the host", "look for the sign", "allein kommen", "alleine kommen", "kleine gruppe", "vorstellungsrunde",
        "venir seul", "venez seul", "petit groupe", "tour de table", "venir solo", "ven solo", "ven sola", "grupo pequeño",
    ),
    "practitioners": (
        "practitioners", "professionals", "working in", "who work in", "people who work", "engineers", "developers", "designers",
        "analysts", "scientists", "architects", "nurses", "teachers", "accountants", "lawyers", "attorneys", "marketers", "recruiters",
        "managers", "consultants", "therapists", "counselors", "journalists", "songwriters", "filmmakers", "photographers",
        "electricians", "carpenters", "user group", "users group", "peers", "case studies", "war stories", "lessons learned",
        "show your work", "lightning talks", "community of practice", "in the industry", "in production", "entwickler", "fachkräfte",
        "praktiker", "erfahrungsaustausch", "professionnels", "retours d'expérience", "développeurs", "profesionales", "desarrolladores",
    ),
}  # fmt: skip
# Who sells or teaches for money fills the room with customers.
_SELLERS = frozenset({"mlm-sales-pitch", "crypto-pump", "paid-course-funnel", "dating"})
# You come to do something, not to mingle.
_ACTIVITIES = frozenset({"hack-night", "workshop", "study-group", "roundtable"})
_SURE = 0.4
_ENGLISH = translator()


class Suited(NamedTuple):
    """Whom something suits, and what says so: words of the listing, or what is known of its size and dates."""

    to: SuitedTo
    evidence: str

    def as_dict(self) -> dict[str, str]:
        """As it stands in answers."""
        return {"to": self.to, "evidence": self.evidence}


@lru_cache(maxsize=1)
def _phrases() -> Phrases[SuitedTo]:
    return Phrases((phrase, kind) for kind, phrases in _SAYS.items() for phrase in phrases)


def suits(facts: Candidate, say: Translator = _ENGLISH) -> list[Suited]:
    """Whom a group or event suits, each with its evidence; empty where nothing says so."""
    said = _said(facts)
    found = [Suited("newcomers", said["newcomers"])] if "newcomers" in said else []
    if "solo" in said:
        found.append(Suited("solo", said["solo"]))
    elif _is_easy(facts):
        found.append(Suited("solo", _easy(facts, say)))
    if "practitioners" in said and _serves_work(facts):
        found.append(Suited("practitioners", said["practitioners"]))
    return found


def _said(facts: Candidate) -> dict[SuitedTo, str]:
    """The first words of name and description for each, as they stand there."""
    said: dict[SuitedTo, str] = {}
    for text in (facts.name, (facts.description or "")[:_READ]):
        typed, stems = split(text)
        for start, end, kinds in _phrases().found_in(stems):
            for kind in kinds:
                said.setdefault(kind, " ".join(typed[start:end]))
    return said


def _is_easy(facts: Candidate) -> bool:
    """Whether it is small, meets again and again, and people come to do something."""
    numbers = constants().suits
    small = facts.members is not None and 0 < facts.members <= numbers.small
    does = any(facts.purposes.get(each, 0.0) >= _SURE for each in _ACTIVITIES)
    return small and does and facts.coming is not None and facts.coming >= numbers.again


def _easy(facts: Candidate, say: Translator) -> str:
    sentence = N_("%(members)s members, %(count)s dates ahead, and something to do together")
    return say.gettext(sentence, members=facts.members, count=facts.coming)


def _serves_work(facts: Candidate) -> bool:
    numbers = constants().suits
    return facts.career >= numbers.career and not _SELLERS & set(facts.signals)
