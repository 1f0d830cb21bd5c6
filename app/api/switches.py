"""Switches of a query string: what is on or off, read in one way by all routes."""

from collections.abc import Mapping
from typing import Final

from app.errors import ParameterInvalid

_WORDS: Final = {"": False, "true": True, "1": True, "false": False, "0": False}


def read_switch(given: Mapping[str, str], name: str) -> bool:
    """Whether ``name`` is on; off where it is not given. Raises ParameterInvalid for a word that is neither."""
    switch = _WORDS.get(given.get(name, "").lower())
    if switch is None:
        raise ParameterInvalid(f"{name} must be true or false")
    return switch
