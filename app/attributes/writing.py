"""The way in for values that programs, imports and teammates write: only of attributes that exist. Rule R40. Pure."""

from collections.abc import Mapping

from app.attributes.naming import shown_key
from app.attributes.records import DataAttribute, Scalar
from app.attributes.values import Misfit, coerce, is_same
from app.errors import ParameterInvalid


def read_written(
    stored: Mapping[str, Scalar],
    given: Mapping[str, object],
    attributes: Mapping[str, DataAttribute],
    *,
    iso_dates: bool = False,
) -> dict[str, Scalar | None]:
    """What ``given`` (raw JSON values by name) writes over ``stored``; none clears, as null and blank text do.

    What is given as it stands is no change, whatever has become of its attribute: scripts send a record back as
    they got it. Raises ParameterInvalid for an attribute that does not exist, by its name, or a value that does
    not fit.
    """
    unknown = {name for name in given if (known := attributes.get(name)) is None or known.archived}
    for name in sorted(unknown):
        if not _stands(stored, name, given[name]):
            raise ParameterInvalid(f"Custom attribute '{shown_key(name)}' does not exist")
    return {
        name: stored[name]
        if _stands(stored, name, value)
        else _read(value, attributes[name], iso_dates=iso_dates)
        for name, value in given.items()
        if name not in unknown
    }


def _stands(stored: Mapping[str, Scalar], name: str, value: object) -> bool:
    return name in stored and is_same(stored[name], value)


def _read(value: object, attribute: DataAttribute, *, iso_dates: bool) -> Scalar | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        return coerce(value, attribute, iso_dates=iso_dates)
    except Misfit as rule:
        raise ParameterInvalid(f"custom_attributes.{shown_key(attribute.name)} {rule}") from None
