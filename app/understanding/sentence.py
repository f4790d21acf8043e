"""Reads one sentence: every word is something that is asked for, a word that says nothing, or left for text search.

Surer readings come first: distances and clock times, then phrases that can mean one thing only, then the place, then
topics. What stands behind "not" is not wanted. Nothing is learnt, fetched or stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from app.places.gazetteer import LatLon, Place
from app.taxonomy.model import model
from app.taxonomy.slips import KnownWords
from app.understanding.companies_named import companies
from app.understanding.places_named import is_town, place_in
from app.understanding.times_named import clocks, dates, distances, weekdays
from app.understanding.tokens import Part, Token, said, tokens_of
from app.understanding.understood import LISTS, SINGLE, TOPICS, Understood, put_together
from app.understanding.vocabulary import LONGEST_PHRASE, Meaning, language_of, says_nothing, vocabulary

_CORRECTED = 0.85
_SHORTEST_CORRECTED = 5
# Members whose phrases are read before the place is looked for: none of them is a place's name.
_FIRST = frozenset(
    ("ignore", "from_to", "part_of_day", "not_free", "free", "mode", "access", "language", "weekday")
)
_WITH_TIME = {
    "tomorrow evening": ("tomorrow", "evening"),
    "tomorrow morning": ("tomorrow", "morning"),
    "tomorrow afternoon": ("tomorrow", "afternoon"),
}
_INDEFINITE = frozenset(("a", "an", "the", "my", "un", "une", "una", "einem", "einer", "meinem", "meiner"))
_WEEKENDS = frozenset(("weekends", "wochenends", "wochenenden", "ends", "findes", "fines", "weekend's"))
_GOES_ON = frozenset(("or", "and", "nor", "ni", "oder", "und", "noch", "ou", "et", "o", "y", "e"))
_TURNS = frozenset(
    ("but", "aber", "mais", "pero", "sondern", "sino", "just", "only", "nur", "seulement", "solo")
)
_FARTHEST_NEGATED = 4
_COMPOUNDS = ("gruppen", "gruppe", "treffen", "treff", "kurse", "kurs", "club", "klub", "verein", "abende", "abend", "runde",
              "kreis", "partner", "stammtisch", "workshop", "event", "events", "szene", "meetup", "fans", "freunde")  # fmt: skip


@lru_cache(maxsize=1024)
def understand(text: str, near: LatLon | None = None) -> Understood:
    """What a sentence asks for. ``near`` settles which of several places of one name is meant."""
    tokens = tokens_of(text)
    if not tokens:
        return Understood(text)
    reader = _Reader(text, tokens, near)
    return reader.read()


class _Reader:
    def __init__(self, text: str, tokens: list[Token], near: LatLon | None) -> None:
        self.text, self.tokens, self.near = text, tokens, near
        self.parts: list[Part] = []
        self.unsure: set[str] = set()

    def read(self) -> Understood:
        for source in (distances, clocks):
            self._claim(source(self.text, self.tokens))
        self._claim(weekdays(self.tokens))
        self._claim(dates(self.text, self.tokens))
        self._correct()
        self._claim(companies(self.text, self.tokens))
        self._phrases(_FIRST)
        place = self._place()
        self._compounds()
        self._phrases(None)
        self._forget_former()
        self._negate()
        return put_together(self.text, self.tokens, self.parts, place, self.unsure)

    # --- reading ----------------------------------------------------------------------------------------

    def _claim(self, parts: Iterable[Part]) -> None:
        for part in list(parts):
            covered = self.tokens[part.first : part.last + 1]
            # A company's name may reach over words that were read before it.
            if part.member != "company" and covered[-1].part is not None:
                continue
            self.parts.append(part)
            for token in covered:
                if token.part is None:
                    token.part = part

    def _correct(self) -> None:
        """Correct misspellings in unknown words, for reading only: what was typed stays."""
        words = vocabulary()
        for token in self.tokens:
            long = len(token.stem) >= _SHORTEST_CORRECTED and token.stem.isalpha()
            if token.part is None and long and token.stem not in words.known and not is_town(token.typed):
                right = _correction(token.stem)
                # A word that listings use is not a misspelling, even if it has no meaning here.
                if right is not None and not model("listings").knows(token.stem):
                    token.stem = right

    def _phrases(self, members: frozenset[str] | None) -> None:
        """Claim the longest known phrases, left to right; of a word that can mean several things, all that fit."""
        words = vocabulary()
        at = 0
        while at < len(self.tokens):
            end = self._phrase_end(at)
            if end is None:
                at += 1
                continue
            key = " ".join(token.stem for token in self.tokens[at:end])
            options = [each for each in words.meanings[key] if members is None or each.member in members]
            options = [each for each in options if self._fits(each, at, end)]
            if options:
                self._take(_preferred(options), at, end)
            # A longer phrase hides shorter ones in it: "business breakfast" does not ask for mornings.
            at = end

    def _phrase_end(self, at: int) -> int | None:
        meanings = vocabulary().meanings
        for end in range(min(at + LONGEST_PHRASE, len(self.tokens)), at, -1):
            span = self.tokens[at:end]
            if any(token.part is not None for token in span) or span[-1].clause != span[0].clause:
                continue
            options = meanings.get(" ".join(token.stem for token in span), ())
            if any(self._fits(each, at, end) for each in options):
                return end
        return None

    def _fits(self, meaning: Meaning, at: int, end: int) -> bool:
        if meaning.value in ("weekend", "sat,sun"):
            recurring = any(token.folded in _WEEKENDS for token in self.tokens[at:end])
            return meaning.value == ("sat,sun" if recurring else "weekend")
        if meaning.acronym is not None:
            shouts = self.text.isupper()
            return not shouts and all(
                token.typed.isupper() or not token.typed.isalpha() for token in self.tokens[at:end]
            )
        return True

    def _compounds(self) -> None:
        """ "Laufgruppe", "Schachabend": of an unknown German compound the first part is the topic."""
        meanings = vocabulary().meanings
        for token in self.tokens:
            if token.part is not None or token.stem in meanings:
                continue
            for ending in _COMPOUNDS:
                head = token.stem.removesuffix(ending)
                forms = (
                    (head, head + "en", head + "n", head.removesuffix("s"), head + "e")
                    if head != token.stem
                    else ()
                )
                known = next((form for form in forms if len(head) > 2 and form in meanings), None)
                if known is not None and any(each.member in TOPICS for each in meanings[known]):
                    token.stem = known
                    break

    def _take(self, options: Sequence[Meaning], at: int, end: int) -> None:
        span = self.tokens[at:end]
        words = said(self.text, span)
        slip = any(token.stem not in token.folded and token.folded[:-1] not in token.stem for token in span)
        parts = []
        for option in options:
            day, part_of_day = _WITH_TIME.get(option.value, (option.value, None))
            confidence = option.confidence * (_CORRECTED if slip else 1.0)
            parts.append(Part(option.member, day, confidence, words, at, end - 1, narrows=option.narrows))
            if part_of_day is not None:
                parts.append(Part("part_of_day", part_of_day, confidence, words, at, end - 1))
        self.parts += parts
        for token in span:
            token.part = parts[0]

    def _place(self) -> Place | None:
        language = language_of(token.folded for token in self.tokens)
        found = place_in(self.text, self.tokens, self.near, language, self._inside_phrases())
        if found is None:
            return None
        words = said(self.text, self.tokens[found.first : found.last + 1])
        part = Part("near", found.place.id, found.confidence, words, found.first, found.last)
        self.parts.append(part)
        for token in self.tokens[found.first : found.last + 1]:
            token.part = part
        if not found.sure:
            self.unsure.add("near")
        return found.place

    def _inside_phrases(self) -> frozenset[int]:
        """The words inside a phrase of several words: the "mesa" of "juegos de mesa" is not the town."""
        inside: set[int] = set()
        at = 0
        while at < len(self.tokens):
            end = self._phrase_end(at)
            if end is not None and end > at + 1:
                inside.update(range(at, end))
            at = end if end is not None else at + 1
        return frozenset(inside)

    def _negate(self) -> None:
        """What follows "not", "ohne", "sans" or "sin" in its clause is not wanted."""
        markers = vocabulary().words["not"]
        at = 0
        while at < len(self.tokens):
            length = self._marker(at, markers)
            if not length or self.tokens[at].part is not None:
                at += 1
                continue
            start = at + length
            if start < len(self.tokens) and self.tokens[start].folded in _TURNS:
                at = start
                continue
            self._negate_from(start, self.tokens[at].clause)
            for token in self.tokens[at:start]:
                token.part = token.part or Part("not", "", 1.0, token.typed, at, start - 1)
            at = start

    def _marker(self, at: int, markers: frozenset[str]) -> int:
        for length in (4, 3, 2, 1):
            span = self.tokens[at : at + length]
            if len(span) < length or " ".join(token.stem for token in span) not in markers:
                continue
            # "Sans-abri" is one word.
            return 0 if self.text[span[-1].end :].startswith("-") else length
        return 0

    def _negate_from(self, start: int, clause: int) -> None:
        found, seen = False, 0
        for at, token in enumerate(self.tokens[start:], start):
            if token.clause != clause or token.folded in _TURNS or seen > _FARTHEST_NEGATED:
                break
            over = [
                part
                for part in self.parts
                if part.first <= at <= part.last and part.member in (*LISTS, *SINGLE)
            ]
            if over:
                for part in over:
                    part.negated = True
                found, seen = True, 0
                continue
            if (token.part is not None and token.part.member not in ("not", "kind")) or (
                found and token.folded not in _GOES_ON and not says_nothing(token)
            ):
                break
            if not found and not says_nothing(token) and token.part is None:
                part = Part("q", token.typed, 0.8, token.typed, at, at, negated=True)
                token.part = part
                self.parts.append(part)
                found = True
            seen += 1
        # "Mining engineers, not bitcoin mining": what is asked for elsewhere is still asked for.
        wanted = {(part.member, part.value) for part in self.parts if not part.negated}
        self.parts = [
            part for part in self.parts if not part.negated or (part.member, part.value) not in wanted
        ]

    def _forget_former(self) -> None:
        """The job that somebody had says nothing about the one that is looked for."""
        former = vocabulary().words["former"]
        for at, token in enumerate(self.tokens[:-1]):
            part = self.tokens[at + 1].part
            stems = [each.stem for each in self.tokens[: at + 1] if each.folded not in _INDEFINITE]
            left = any(" ".join(stems[-length:]) in former for length in (1, 2, 3, 4))
            if part is not None and part.member == "fields" and left:
                self.parts = [
                    each for each in self.parts if (each.member, each.first) != ("fields", part.first)
                ]
                token.part = token.part or part


def _preferred(options: Sequence[Meaning]) -> list[Meaning]:
    """Of the fields and interests of a word the surest of each kind; a job title beside an activity wins."""
    chosen: list[Meaning] = []
    for member in dict.fromkeys(option.member for option in options):
        own = [option for option in options if option.member == member]
        if member in ("fields", "interests"):
            own = own[:1] if len(own) == 1 or own[0].confidence > own[1].confidence else own[:2]
            own = sorted(own, key=lambda option: -option.confidence)[:1]
        chosen += own
    said_of_events = {option.member for option in chosen}
    if said_of_events & {"purposes", "access"}:
        # What an event is for is said; that somebody may like such events is not.
        chosen = [option for option in chosen if option.member != "interests"]
    if said_of_events & {"purposes", "access", "kind"}:
        chosen = [option for option in chosen if option.member != "fields" or option.title]
    fields = [option for option in chosen if option.member == "fields"]
    interests = [option for option in chosen if option.member == "interests"]
    if fields and interests:
        loser = interests if fields[0].title else fields
        chosen = [option for option in chosen if option not in loser]
    return chosen


@lru_cache(maxsize=4096)
def _correction(word: str) -> str | None:
    return _known_words().nearest(word)


@lru_cache(maxsize=1)
def _known_words() -> KnownWords:
    return KnownWords(vocabulary().known)
