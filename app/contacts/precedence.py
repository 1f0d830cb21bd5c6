"""Who wins where two write one attribute of a contact. Rules R31 to R33. Pure.

Every value remembers who wrote it, and what somebody lower in rank would have written since:

    contact.provenance = {"company_size": {
        "source": "manual", "by": "admin:7", "at": 1700000000.0,
        "lost": [{"source": "ping", "value": 50, "by": "messenger", "at": 1700000100.0}]}}

A value set by hand is locked: its source is ``manual``. So is a blank set by hand, which has an entry here and no
value. An attribute without value or lock is empty, whatever it was before. A value without an entry was there before
entries were kept, when pings alone wrote any.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, cast

from app.attributes.records import Scalar
from app.attributes.values import is_same

Source = Literal["operator", "ping", "rest", "csv", "manual"]
Standing = Literal["empty", "operator", "ping", "rest", "csv", "manual"]
"""What a value is, for whoever wants to write over it."""

Values: TypeAlias = Mapping[str, Scalar]
Provenance: TypeAlias = Mapping[str, Any]

MESSENGER: Final = "messenger"
"""By whom a ping writes."""

_YIELDING: Final[Mapping[Source, frozenset[Standing]]] = {
    "operator": frozenset({"empty"}),
    "ping": frozenset({"empty", "operator", "ping", "rest", "csv"}),
    "rest": frozenset({"empty", "operator", "ping", "rest", "csv", "manual"}),
    "csv": frozenset({"empty", "operator", "ping", "rest", "csv", "manual"}),
    "manual": frozenset({"empty", "operator", "ping", "rest", "csv", "manual"}),
}


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes, by which way, and when. ``by`` reads ``token:3``, ``admin:7``, ``messenger``, ``workflow:2`` …"""

    source: Source
    by: str
    at: float


@dataclass(frozen=True, slots=True)
class Lost:
    """A write that lost to the value that stands."""

    source: Source
    value: Scalar | None
    by: str
    at: float


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from. Of ``empty`` nothing more is known. Rule R33."""

    source: Standing
    by: str | None = None
    at: float | None = None
    lost: tuple[Lost, ...] = ()

    @property
    def is_locked(self) -> bool:
        return self.source == "manual"


def may_write(source: Source, standing: Standing) -> bool:
    """The table of rule R31."""
    return standing in _YIELDING[source]


def origin_of(values: Values, provenance: Provenance | None, name: str) -> Origin:
    """Where the value of an attribute comes from."""
    entry = (provenance or {}).get(name)
    if entry is None:
        return Origin("ping") if name in values else Origin("empty")
    lost = tuple(Lost(**loss) for loss in entry.get("lost", ()))
    if name not in values and entry["source"] != "manual":
        return Origin("empty", lost=lost)
    return Origin(entry["source"], entry["by"], entry["at"], lost)


def unsaid(
    values: Values, provenance: Provenance | None, given: Mapping[str, Scalar], source: Source
) -> dict[str, Scalar]:
    """What of ``given`` is no mere repetition of what stands there by the same source.

    Most pings repeat all that they say: asked first, this saves the work that would come to nothing.
    """
    entries = provenance or {}
    return {
        name: value
        for name, value in given.items()
        if values.get(name) != value
        or type(values[name]) is not type(value)
        or (entries[name]["source"] if name in entries else "ping") != source
    }


def write(
    values: Values, provenance: Provenance | None, given: Mapping[str, Scalar | None], writer: Writer
) -> tuple[Values, Provenance | None]:
    """Write what is given, as far as it wins; ``None`` clears. Returns both as they are to be.

    What loses is kept beside the value that stands, the newest of each source. Where nothing changes the very
    same two objects come back: saying again what one has said changes nothing.
    """
    new_values, entries = dict(values), dict(provenance or {})
    for name, value in given.items():
        _write_one(new_values, entries, name, value, writer)
    return (
        values if _are_same(new_values, values) else new_values,
        provenance if entries == (provenance or {}) else entries,
    )


def resync(values: Values, provenance: Provenance | None, name: str) -> tuple[Values, Provenance | None]:
    """Clear a manual value and its lock, so that the next ping or workflow may fill it again. Rule R32.

    A value that was not set by hand has no lock, and stays.
    """
    if not origin_of(values, provenance, name).is_locked:
        return values, provenance
    return _without(values, name), _without(provenance or {}, name)


def merge(
    values: Values, provenance: Provenance | None, others: Values, other_provenance: Provenance | None
) -> tuple[Values, Provenance | None]:
    """A contact's attributes after another was merged into it: its own win, the other's fill the empty ones.

    Manual locks travel with their value, blank or not. Rule R73.
    """
    merged, entries = dict(values), dict(provenance or {})
    for name in (*others, *(other_provenance or {})):
        theirs = origin_of(others, other_provenance, name)
        if theirs.source == "empty" or origin_of(merged, entries, name).source != "empty":
            continue
        if name in others:
            merged[name] = others[name]
        entry = (other_provenance or {}).get(name)
        entries.pop(name, None)
        if entry is not None:
            entries[name] = entry
    return merged, entries or None


def _write_one(
    values: dict[str, Scalar], entries: dict[str, Any], name: str, value: Scalar | None, writer: Writer
) -> None:
    standing = _standing(values, entries, name)
    current = values.get(name)
    repeats = is_same(current, value)
    if not may_write(writer.source, standing):
        _lose(entries, name, value, writer, agrees=repeats)
        return
    # Said once more by the same source; or a blank where nothing is and nobody locks.
    if repeats and (standing == writer.source or (value is None and writer.source != "manual" != standing)):
        return
    if value is None:
        values.pop(name, None)
    else:
        values[name] = value
    lost = [
        loss
        for loss in _lost_of(entries, name)
        if not (may_write(loss["source"], writer.source) or is_same(loss["value"], value))
    ]
    entries[name] = {"source": writer.source, "by": writer.by, "at": writer.at, "lost": lost}


def _lose(entries: dict[str, Any], name: str, value: Scalar | None, writer: Writer, *, agrees: bool) -> None:
    """Keep what lost, unless it is known; one who comes round to the value that stands has lost nothing."""
    lost = _lost_of(entries, name)
    known = next((loss for loss in lost if loss["source"] == writer.source), None)
    if (known is None and agrees) or (known is not None and is_same(known["value"], value) and not agrees):
        return
    others = [loss for loss in lost if loss is not known]
    if not agrees:
        others.append({"source": writer.source, "value": value, "by": writer.by, "at": writer.at})
    # What stands may have no entry yet: a value from before they were kept, which a ping wrote.
    standing = entries.get(name, {"source": "ping", "by": MESSENGER, "at": None})
    entries[name] = {**standing, "lost": others}


def _standing(values: Values, entries: Mapping[str, Any], name: str) -> Standing:
    entry = entries.get(name)
    if entry is not None and entry["source"] == "manual":
        return "manual"
    if name not in values:
        return "empty"
    return "ping" if entry is None else cast("Standing", entry["source"])


def _lost_of(entries: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    return list(entries.get(name, {}).get("lost", ()))


def _are_same(one: Values, other: Values) -> bool:
    return one.keys() == other.keys() and all(is_same(value, other[name]) for name, value in one.items())


def _without(mapping: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if key != name}
