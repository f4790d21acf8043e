"""What breaks a client between two OpenAPI documents, in sentences. Adding is free; removing and narrowing is not.

Of what is sent (parameters, bodies) a client breaks when it is narrowed; of what is answered when it is widened or removed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]


def breaking(old: Schema, new: Schema) -> list[str]:
    """A sentence for each change that breaks somebody who wrote a client to the old document."""
    found: list[str] = []
    for path, operations in old["paths"].items():
        if path not in new["paths"]:
            found.append(f"{path} is gone")
            continue
        for method, operation in operations.items():
            name = f"{method.upper()} {path}"
            if method not in new["paths"][path]:
                found.append(f"{name} is gone")
            else:
                found += _operation(name, operation, new["paths"][path][method], old, new)
    return found


def _operation(name: str, was: Schema, now: Schema, old: Schema, new: Schema) -> Iterator[str]:
    if was["operationId"] != now["operationId"]:
        yield f"{name}: operationId {was['operationId']} became {now['operationId']}"
    before = {(each["in"], each["name"]): each for each in was.get("parameters", ())}
    after = {(each["in"], each["name"]): each for each in now.get("parameters", ())}
    for key, parameter in before.items():
        where = f"{name}: the parameter {key[1]}"
        if key not in after:
            yield f"{where} is gone"
            continue
        if after[key].get("required") and not parameter.get("required"):
            yield f"{where} is required now"
        yield from _sent(where, parameter["schema"], after[key]["schema"], old, new)
    for key, parameter in after.items():
        if key not in before and parameter.get("required"):
            yield f"{name}: the new parameter {key[1]} is required"
    yield from _bodies(name, was, now, old, new)
    for status, response in was["responses"].items():
        if status not in now["responses"]:
            yield f"{name}: the answer {status} is gone"
            continue
        for kind, content in response.get("content", {}).items():
            other = now["responses"][status].get("content", {}).get(kind)
            if other is None:
                yield f"{name}: the answer {status} is no {kind} any more"
            elif "schema" in content:
                where = f"{name}: in the answer {status}"
                yield from _answered(where, content["schema"], other.get("schema", {}), old, new)


def _bodies(name: str, was: Schema, now: Schema, old: Schema, new: Schema) -> Iterator[str]:
    before, after = was.get("requestBody"), now.get("requestBody")
    if after and after.get("required") and not before:
        yield f"{name}: a body is required now"
    for kind, content in (before or {}).get("content", {}).items():
        other = (after or {}).get("content", {}).get(kind)
        if other is None:
            yield f"{name}: a body of {kind} is not taken any more"
        else:
            yield from _sent(f"{name}: in the body", content["schema"], other["schema"], old, new)


def _sent(where: str, was: Schema, now: Schema, old: Schema, new: Schema) -> Iterator[str]:
    """What was taken and is not any more."""
    was, now = _resolved(was, old), _resolved(now, new)
    yield from _narrower(where, was, now)
    for member, schema in was.get("properties", {}).items():
        other = now.get("properties", {}).get(member)
        if other is None:
            yield f"{where}, {member} is gone"
        else:
            yield from _sent(f"{where}, {member}", schema, other, old, new)
    for member in set(now.get("required", ())) - set(was.get("required", ())):
        yield f"{where}, {member} is required now"
    if "items" in was and "items" in now:
        yield from _sent(f"{where}, an item", was["items"], now["items"], old, new)


def _answered(
    where: str, was: Schema, now: Schema, old: Schema, new: Schema, seen: frozenset[str] = frozenset()
) -> Iterator[str]:
    """What was promised and is not any more."""
    name = was.get("$ref", "")
    if name and name in seen:
        return
    seen |= {name}
    was, now = _resolved(was, old), _resolved(now, new)
    wider = _narrower(where, now, was)
    yield from (each.replace("is narrower", "is wider") for each in wider)
    for member, schema in was.get("properties", {}).items():
        other = now.get("properties", {}).get(member)
        if other is None:
            yield f"{where}, {member} is gone"
            continue
        if member in was.get("required", ()) and member not in now.get("required", ()):
            yield f"{where}, {member} may be absent now"
        yield from _answered(f"{where}, {member}", schema, other, old, new, seen)
    if "items" in was and "items" in now:
        yield from _answered(f"{where}, an item", was["items"], now["items"], old, new, seen)
    branches = [(_title(each), each) for each in was.get("anyOf", ())]
    others = {_title(each): each for each in now.get("anyOf", ())}
    for title, each in branches:
        if title in others:
            yield from _answered(where, each, others[title], old, new, seen)


def _narrower(where: str, wide: Schema, narrow: Schema) -> Iterator[str]:
    """How `narrow` takes less than `wide` in itself, its members aside."""
    types, fewer = _types(wide), _types(narrow)
    if types and fewer and types - fewer:
        yield f"{where}: the type is narrower, without {', '.join(sorted(types - fewer))}"
    gone = set(map(str, wide.get("enum", ()))) - set(map(str, narrow.get("enum", ())))
    if "enum" in narrow and ("enum" not in wide or gone):
        yield f"{where}: the choice is narrower, without {', '.join(sorted(gone)) or 'other values'}"
    for limit in ("maximum", "maxLength", "maxItems"):
        if limit in narrow and narrow[limit] < wide.get(limit, float("inf")):
            yield f"{where}: {limit} is narrower, {narrow[limit]}"
    for limit in ("minimum", "minLength", "minItems"):
        if limit in narrow and narrow[limit] > wide.get(limit, float("-inf")):
            yield f"{where}: {limit} is narrower, {narrow[limit]}"
    if "pattern" in narrow and narrow["pattern"] != wide.get("pattern"):
        yield f"{where}: the pattern is narrower, {narrow['pattern']}"


def _types(schema: Schema) -> set[str]:
    if "anyOf" in schema:
        return {_title(each) for each in schema["anyOf"]}
    given = schema.get("type")
    return set(given) if isinstance(given, list) else {given} if given else set()


def _title(schema: Schema) -> str:
    return str(schema.get("$ref") or schema.get("type") or schema.get("const") or "anything")


def _resolved(schema: Schema, document: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    found: Any = document
    for part in schema["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)
