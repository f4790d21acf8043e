"""A network's map as one page of HTML with pictures, for the eyes of its owner: it loads nothing, and only they may read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

from app.commands.network_view import KINDS, whole_name
from app.commands.private_file import write_private
from app.service.network import NamedPerson, NetworkReport

_ROWS: Final = 12
_BAR: Final = 22
_LABELS: Final = 230
_WIDTH: Final = 640
_SAFE: Final = ("https://", "http://")
_STYLE: Final = """
:root{color-scheme:light dark;--ink:#1b1f24;--dim:#5b6470;--bar:#9db4cf;--goal:#1769c2;--near:#5f9bd8;--line:#d7dde4;--paper:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#e8ecf1;--dim:#9aa5b1;--bar:#4a5f78;--goal:#6cb2ff;--near:#4f87bf;--line:#333c46;
--paper:#14181d}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:46rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2.2rem}svg{width:100%;height:auto}text{fill:var(--ink);font-size:13px}
.bar{fill:var(--bar)}.target{fill:var(--goal)}.adjacent{fill:var(--near)}.frame{fill:none;stroke:var(--line)}.dim{color:var(--dim)}
article{border-top:1px solid var(--line);padding:.6rem 0}pre{white-space:pre-wrap;font:inherit;border-left:3px solid var(--goal);
padding-left:.8rem}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.25rem .6rem .25rem 0;
vertical-align:top;border-bottom:1px solid var(--line)}
"""


def write_page(path: Path, report: NetworkReport) -> None:
    """Write the page where it was asked for, readable and writable by its owner alone. Raises OSError."""
    write_private(path, page(report).encode("utf-8"))


def page(report: NetworkReport) -> str:
    """The page. Everything that comes from a file is escaped."""
    answer, named = report.answer, report.named
    exhaustion, network = answer["exhaustion"], answer["map"]
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        "<meta name='viewport' content='width=device-width'><meta name='referrer' content='no-referrer'>",
        f"<title>Your network</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(exhaustion['headline'])}</h1><p>{escape(exhaustion['summary'])}</p>",
        _list(exhaustion["why"]),
        "<h2>How far a search gets with the people you know</h2>",
        _meter(exhaustion),
        _chart("Fields", network["by_field"], "label", "goal"),
        _chart("Companies", [_as_bar(each) for each in network["by_company"]], "company", "goal"),
        _chart("Seniority", _counted(network["seniority"]), "label", "goal"),
        _targets(network["targets"], named),
        "<h2>What to do next</h2>",
        *(_action(each, named) for each in answer["actions"]),
        _warnings(answer["warnings"]),
        f"<p class='dim'>Look again on {escape(exhaustion['next_review'])}. This page names your contacts: it was written for you,",
        "and loads nothing from anywhere.</p></body></html>",
    ]
    return "\n".join(each for each in parts if each)


def _meter(exhaustion: Mapping[str, Any]) -> str:
    """What was asked for and what is left, against what a search needs; in useful conversations."""
    used, left = exhaustion["K"] - exhaustion["S"], exhaustion["S"]
    whole = max(exhaustion["D"], exhaustion["K"], 0.01)
    scale = (_WIDTH - 2) / whole
    goal = exhaustion["D"] * scale
    text = f"asked for {used:.1f}, left {left:.1f}, a search needs about {exhaustion['D']:g}"
    return (
        f"<svg viewBox='0 0 {_WIDTH} 58' role='img' aria-label='{escape(text, quote=True)}'>"
        f"<rect class='frame' x='1' y='6' width='{_WIDTH - 2}' height='24'/>"
        f"<rect class='bar' x='1' y='6' width='{used * scale:.1f}' height='24'/>"
        f"<rect class='target' x='{1 + used * scale:.1f}' y='6' width='{left * scale:.1f}' height='24'/>"
        f"<path d='M{goal:.1f} 0V36' stroke='currentColor' stroke-width='2'/>"
        f"<text x='0' y='52'>Useful conversations: {escape(text)}</text></svg>"
    )


def _chart(title: str, rows: Sequence[Mapping[str, Any]], label: str, mark: str) -> str:
    """Bars of people, the goal's in its own colour; nothing for no rows."""
    shown = list(rows)[:_ROWS]
    if not shown:
        return ""
    most = max(1, *(row["contacts"] for row in shown))
    room = _WIDTH - _LABELS - 60
    bars = []
    for at, row in enumerate(shown):
        top = at * _BAR
        width = room * row["contacts"] / most
        kind = row[mark] if row[mark] in {"target", "adjacent"} else "bar"
        name = str(row[label])
        short = name if len(name) <= 34 else f"{name[:33]}…"
        bars.append(
            f"<text x='{_LABELS - 8}' y='{top + 15}' text-anchor='end'>{escape(short)}</text>"
            f"<rect class='{kind}' x='{_LABELS}' y='{top + 3}' width='{width:.1f}' height='{_BAR - 7}'/>"
            f"<text x='{_LABELS + width + 6:.1f}' y='{top + 15}'>{row['contacts']}</text>"
        )
    height = len(shown) * _BAR
    heading = f"{title}: people you know"
    return (
        f"<h2>{heading}</h2><svg viewBox='0 0 {_WIDTH} {height}' role='img' aria-label='{heading}'>{''.join(bars)}</svg>"
        "<p class='dim'>Dark: your goal. Middle: next to it.</p>"
    )


def _as_bar(company: Mapping[str, Any]) -> dict[str, Any]:
    return {**company, "goal": "target" if company["match"] else None}


def _counted(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"label": name, "contacts": count, "goal": None} for name, count in counts.items()]


def _targets(targets: Iterable[Mapping[str, Any]], named: Mapping[str, NamedPerson]) -> str:
    rows = []
    for target in targets:
        people = [
            f"{_person(each, named)}, {escape(each['position'] or 'title unknown')}"
            + (f" (probably: {escape(each['company'] or '')})" if each["match"] != "exact" else "")
            for each in target["people"]
        ]
        who = "<br>".join(people) or "nobody yet"
        rows.append(
            f"<tr><td>{escape(target['company'])}</td><td>{target['contacts']}</td><td>{who}</td></tr>"
        )
    if not rows:
        return ""
    head = "<tr><th>Company</th><th>You know</th><th>Who</th></tr>"
    return f"<h2>Where you want to go</h2><table>{head}{''.join(rows)}</table>"


def _action(action: Mapping[str, Any], named: Mapping[str, NamedPerson]) -> str:
    contact = action["contact"]
    title = escape(KINDS[action["kind"]])
    if contact is not None:
        work = ", ".join(each for each in (contact["position"], contact["company"]) if each)
        title += f": {_person(contact, named)}" + (
            f" <span class='dim'>{escape(work)}</span>" if work else ""
        )
    draft = f"<pre>{escape(action['draft']['text'])}</pre>" if action["draft"] else ""
    questions = (
        f"<details><summary>Questions</summary>{_list(action['questions'])}</details>"
        if action["questions"]
        else ""
    )
    return f"<article><h3>{title}</h3>{_list(each['text'] for each in action['reasons'])}{draft}{questions}</article>"


def _person(contact: Mapping[str, Any], named: Mapping[str, NamedPerson]) -> str:
    name = escape(whole_name(contact, named))
    person = named.get(contact["key"])
    url = person.url if person is not None else None
    if url is None or not url.startswith(_SAFE):
        return name
    return f"<a href='{escape(url, quote=True)}' rel='noreferrer noopener'>{name}</a>"


def _warnings(warnings: Sequence[Mapping[str, Any]]) -> str:
    return f"<h2>What could not be read</h2>{_list(each['detail'] for each in warnings)}" if warnings else ""


def _list(items: Iterable[str]) -> str:
    rows = "".join(f"<li>{escape(each)}</li>" for each in items)
    return f"<ul>{rows}</ul>" if rows else ""
