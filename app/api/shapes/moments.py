"""Moments as REST answers them: whole Unix seconds."""


def unix(moment: float | None) -> int | None:
    """None where it never was."""
    return None if moment is None else int(moment)
