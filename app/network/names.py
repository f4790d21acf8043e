"""Names of people as others write them: what belongs to the name, and what of it one says in a greeting. Pure.

People put degrees, titles, emoji and pronouns beside their names, write them in capitals, or the last name first. The name
itself is kept as it was read; here is what it is compared by, and how its owner is greeted.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_PLAIN = re.compile(r"[^\W_]+(?: [^\W_]+)+")
# What is in brackets or quotes of a name is short; without a bound, a name of many opening ones would take its square.
_BRACKETS = re.compile(
    r"\([^()]{0,80}\)|\[[^\[\]]{0,80}\]|\{[^{}]{0,80}\}|\"[^\"]{0,80}\"|“[^”]{0,80}”|„[^“”]{0,80}[“”]|«[^»]{0,80}»|‘[^’]{0,80}’"
    r"|(?<=\s)'[^']{0,80}'(?=\s)"
)
_CUT = re.compile(r"\s[-–—|•·~/]+\s|[|•·]|\s@\s|\s(?:she|he|they|ze)\s?/\s?\w+.*", re.IGNORECASE)
_TITLES: Final = frozenset(
    """
        dr drs doc doctor prof professor univprof mr mrs ms miss mx sir dame lord lady rev reverend fr father pastor rabbi imam
        sheikh herr frau hr fr dipl ing diplin dipling dring drmed drrernat drphil mag magister lic m mme mlle monsieur madame
        me maître maitre sr sra srta señor señora don doña dña d dott dottssa dottoressa avv arch sig sigra signor signora eng
        engr ir capt captain col colonel lt lieutenant sgt sergeant maj major gen general cmdr hon judge justice shri smt ca cs
        nurse coach adv ph hc habil med rer nat phil mgr bc judr mudr rndr phdr paeddr inż mgrinż
        уважаемый д-р г-н г-жа др проф
    """.split()
)
_DEGREES: Final = frozenset(
    """
        phd dphil drph md do dds dmd dvm vmd pharmd psyd edd jd llb llm llp esq esquire mba emba ma msc ms meng mres mphil mfa mpa mpp
        mph msw msn bsn bsc ba bs beng bfa bba bcom mcom btech mtech be me mscn med mat mlis mls mha mhsc rn lpn lvn np fnp aprn crna cna pa pac
        rph otr dpt pt lcsw lmsw licsw lmft lpc lpcc cpa cfa cfp cma cia cisa cism cissp ceh cipp cippe cippus pmp capm pmi pmiacp acp
        prince2 csm csp cspo psm pspo safe spc itil togaf sphr phr shrm shrmcp shrmscp cphr cipd fcipd mcipd acca fcca aca fca acma cgma cima
        frm caia aia faia raia riba leed leedap ap pe eit peng ceng ieng mice fice miet fiet mimeche pmipba cbap ccba lssbb lssgb cssbb cssgb
        cscp cpim cpsm aws gcp mcse mcsa mcp ccna ccnp ccie csci cphq cphims faan facs facp facc frcs frcp mrcp mrcs mbbs mbchb bds
        frsa fhea fbcs mbcs cbe obe mbe kbe cvo qc kc jr sr ii iii iv v vi phil ret usaf usn usmc usa acc pcc mcc cpcc
        cne ccrn cen rd rdn ldn cpt cscs ot slp cccslp bcba phdc abd cand
    """.split()
)
# These are also last names: only in capitals, behind a first and a last name, are they a degree.
_ALSO_NAMES: Final = frozenset(
    {
        "ma",
        "do",
        "be",
        "me",
        "pa",
        "pe",
        "ot",
        "ba",
        "ap",
        "safe",
        "mat",
        "med",
        "v",
        "vi",
        "phil",
        "cia",
        "usa",
    }
)
_LOOKS_LIKE_DEGREE = re.compile(r"(?:[A-Z][a-z]{0,2}\.?){2,5}(?:-[A-Z0-9]+)*|[A-Z]{2,5}(?:-[A-Z0-9]+)*\d?")
# Whose second half belongs to the first: "Abdul Rahman", "Abu Bakr".
_HALVES: Final = frozenset({"abdul", "abdel", "abd", "abdal", "abu", "umm", "عبد", "أبو", "ابو"})
# First names that often are two: kept together where a file says which part is the first name.
_DOUBLE: Final = frozenset(
    {
        "jean",
        "marie",
        "anne",
        "juan",
        "jose",
        "josé",
        "maria",
        "maría",
        "ana",
        "luis",
        "mary",
        "gian",
        "josef",
        "karl",
        "hans",
    }
)
# Bengali and Malay abbreviations of Mohammed, which nobody is called by alone.
_ABBREVIATED: Final = frozenset({"md", "mohd", "muhd", "mst", "sk"})
# Vietnamese family names, which stand first: one is called by the last word.
_FAMILY_FIRST: Final = frozenset(
    {
        "nguyễn",
        "trần",
        "lê",
        "phạm",
        "hoàng",
        "huỳnh",
        "phan",
        "vũ",
        "võ",
        "đặng",
        "bùi",
        "đỗ",
        "hồ",
        "ngô",
        "dương",
        "lý",
    }
)
_LONGEST_FIRST: Final = 3
_OF_WORK: Final = frozenset(
    """
        certified coach consultant manager director engineer developer designer speaker author founder cofounder ceo cto cfo coo
        leader expert specialist nurse analyst recruiter recruiting hiring trainer mentor advisor lawyer attorney accountant
        student retired inc ltd llc gmbh ag for at of and the
    """.split()
)
_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_WORD = re.compile(r"[^\W\d_]")


def bare_name(name: str, *, ordered: bool = False) -> str:
    """A name without titles, degrees, pronouns, emoji and what stands in brackets; the first name first.

    `ordered`: the first name is known to stand first, so that what follows a comma is never one.
    """
    if _PLAIN.fullmatch(name) and (name.isascii() or unicodedata.is_normalized("NFKC", name)):
        folded = name.casefold().split()
        if folded[0] not in _TITLES and (folded[-1] not in _DEGREES or folded[-1] in _ALSO_NAMES):
            return name
    text = _BRACKETS.sub(" ", unicodedata.normalize("NFKC", name))
    text = _CUT.split(text.strip(" |•·-–—~"), maxsplit=1)[0]
    first, *parts = [part.split() for part in _without_signs(text).split(",")]
    whole = first if len(first) > 1 and not text.isupper() else []
    others = [rest for part in parts if (rest := _without_degrees(part, beside=whole))]
    if others and first and not ordered and _may_be_first(others[0]):
        # "Pell, Mara": all that is left behind the comma is a first name.
        words = [*_without_titles(others[0]), *_without_degrees(_without_titles(first))]
    else:
        words = _without_degrees(_without_titles(first))
    return " ".join(words)


def same_name_key(name: str) -> str:
    """What two spellings of one person's name have in common: no case, no titles and degrees."""
    bare = bare_name(name) or name
    return " ".join((bare if bare.isascii() else unicodedata.normalize("NFKC", bare)).casefold().split())


def called(name: str, given: str | None = None) -> str | None:
    """What somebody is called in a greeting, as far as it is sure; None where it is not.

    `given`: the first name where a file has it apart.
    """
    bare = bare_name(given, ordered=True) if given else bare_name(name)
    whole = bare_name(name)
    if "@" in name or not whole:
        return None
    if not given and len(whole.split()) == 1 and _is_title(_without_signs(name).split()[0]):
        # "Dr. Müller" tells the last name alone.
        return None
    if _ASIAN.search(whole):
        return (
            whole.replace(" ", "") if all(map(_ASIAN.search, whole.split())) else _said(bare.split(), whole)
        )
    words = bare.split() or whole.split()
    if not given and len(words) > 1 and words[0].casefold() in _FAMILY_FIRST:
        return _written(words[-1], whole)
    return _said(words if given else words[: max(1, len(words) - 1)], whole, given_apart=bool(given))


def full_name(name: str) -> str:
    """First and last name in ordinary letters, without titles and degrees; as it stands where nothing else is left."""
    bare = bare_name(name)
    return " ".join(_written(word, bare) for word in bare.split()) or name


def _said(words: list[str], whole: str, *, given_apart: bool = False) -> str | None:
    """The first of the words that is a name, in ordinary letters."""
    names = [word for word in words if _is_name(word)]
    while len(names) > 1 and names[0].casefold().strip(".") in _ABBREVIATED:
        names = names[1:]
    if not names or names[0].casefold().strip(".") in _ABBREVIATED:
        return None
    first = names[0]
    at = words.index(first)
    pair = words[at + 1] if at + 1 < len(words) else None
    key = first.casefold()
    rest = whole.split()
    if key in _HALVES:
        follows = pair or (rest[rest.index(first) + 1] if first in rest[:-1] else None)
        return None if follows is None else f"{_written(first, whole)} {_written(follows, whole)}"
    if given_apart and pair is not None and key in _DOUBLE and _is_name(pair):
        return f"{_written(first, whole)} {_written(pair, whole)}"
    return _written(first, whole)


def _is_name(word: str) -> bool:
    """More than an initial, and no number."""
    letters = word.strip(".-'’")
    return (
        len(letters) > 1
        and not any(char.isdigit() for char in letters)
        and not re.fullmatch(r"(?:\w\.)+\w?", word)
    )


def _written(word: str, whole: str) -> str:
    """A name as one writes it: capitals only where its owner has them for a reason ("AJ")."""
    shouted = word.isupper() and (len(word) > 2 or (whole.isupper() and len(whole.split()) > 1))
    if not shouted and not word.islower():
        return word
    return re.sub(r"[^\W\d_]+", lambda found: found[0][0].upper() + found[0][1:].lower(), word, count=0)


def _without_signs(name: str) -> str:
    """Letters, marks and ordinary punctuation; emoji and ornaments become spaces."""
    decorated = unicodedata.normalize("NFKC", name)
    kept = (
        char if unicodedata.category(char)[0] in "LMNPZ" and char not in "★☆✓✔*_#®™©" else " "
        for char in decorated
    )
    return " ".join("".join(kept).replace("\ufe0f", "").split())


def _without_titles(words: list[str]) -> list[str]:
    start = 0
    while start < len(words) - 1 and _is_title(words[start]):
        start += 1
    return (
        words[start:]
        if start < len(words) and not (start == len(words) - 1 and _is_title(words[start]))
        else []
    )


def _is_title(word: str) -> bool:
    key = re.sub(r"[^\w]", "", word).casefold()
    # "M" and "D" are titles with a point only; without one they are initials.
    return key in _TITLES and (len(key) > 1 or word.endswith("."))


def _without_degrees(words: list[str], *, beside: list[str] | None = None) -> list[str]:
    """The words without degrees at their end. `beside`: the whole name that stands before a comma, empty where it is none.

    Behind a comma nothing but degrees may stand, and behind a whole name also those that nobody has listed.
    """
    end = len(words)
    least = 2 if beside is None else 0
    while end > least and _is_degree(words[end - 1], beside):
        end -= 1
    return [word for word in words[:end] if _WORD.search(word)]


def _is_degree(word: str, beside: list[str] | None) -> bool:
    key = re.sub(r"[^\w]", "", word).casefold()
    if not key:
        return True
    if beside is not None:
        return key in _DEGREES or (bool(beside) and bool(_LOOKS_LIKE_DEGREE.fullmatch(word.strip("."))))
    return key in _DEGREES and (key not in _ALSO_NAMES or word.isupper())


def _may_be_first(words: list[str]) -> bool:
    """Whether words behind a comma can be a first name: few, and none that tells of work."""
    return len(words) <= _LONGEST_FIRST and not any(word.casefold() in _OF_WORK for word in words)
