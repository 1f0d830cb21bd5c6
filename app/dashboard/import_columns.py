"""What the columns of a file hold, as an admin says it in the dashboard. Pure rules, rule R55."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.contacts.csv_rows import WRITABLE, Line

_SAME: Final = {"external_id": "user_id", "mail": "email", "e_mail": "email", "email_address": "email"}
_LONGEST_CELL: Final = 80


@dataclass(frozen=True, slots=True)
class Choice:
    """A column, the name of its field in the form, and what it is taken for; empty where it is left out."""

    name: str
    field: str
    chosen: str


def proposed(header: Sequence[str], attributes: Collection[str]) -> list[Choice]:
    """What each column probably holds, by its name; each field once."""
    taken: set[str] = set()
    choices = []
    for number, name in enumerate(header):
        target = _target_of(name, attributes)
        chosen = "" if target in taken else target
        taken.add(chosen)
        choices.append(Choice(name, field_of(number), chosen))
    return choices


def chosen(header: Sequence[str], form: Mapping[str, str]) -> list[Choice]:
    """What a form says that each column holds."""
    return [
        Choice(name, field_of(number), form.get(field_of(number), "")) for number, name in enumerate(header)
    ]


def mapping_of(choices: Sequence[Choice]) -> dict[str, str]:
    """The same as an import takes it: columns by name. Of two with one name, the one that is not left out counts."""
    mapping: dict[str, str] = {}
    for choice in choices:
        mapping[choice.name] = mapping.get(choice.name) or choice.chosen
    return mapping


def field_of(number: int) -> str:
    return f"column-{number}"


def options(attributes: Collection[str]) -> tuple[list[str], list[str]]:
    """What a column may hold: fields of a person, and attributes."""
    return list(WRITABLE), sorted(attributes)


def table_of(lines: Sequence[Line]) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Lines of a preview as a table: its columns, and the cells of each line by its number."""
    flat = [(line.number, _flat(line.body)) for line in lines]
    names = list(dict.fromkeys(name for _, body in flat for name in body))
    return names, [(number, [body.get(name, "") for name in names]) for number, body in flat]


def _target_of(name: str, attributes: Collection[str]) -> str:
    if name in attributes and name not in WRITABLE:
        return name
    key = "_".join(name.lower().replace("-", " ").split())
    key = _SAME.get(key, key)
    if key in WRITABLE:
        return key
    plain = key.removeprefix("custom_attributes.")
    return plain if plain in attributes else ""


def _flat(body: Mapping[str, object]) -> dict[str, str]:
    cells: dict[str, str] = {}
    for name, value in body.items():
        if isinstance(value, Mapping):
            cells |= _flat(value)
        else:
            shown = "user_id" if name == "external_id" else name
            cells[shown] = str(value)[:_LONGEST_CELL]
    return cells
