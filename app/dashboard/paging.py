"""Which page links stand under a list."""


def pages_around(current: int, has_next: bool, total: int | None, page_size: int = 50) -> list[int | None]:
    """Page numbers to link: the first, those around ``current``, the last; None where some are left out.

    Empty where there is one page only. Where nobody counted (``total`` is none) the last is not known.
    """
    last = max(-(-total // page_size), 1) if total is not None else current + (1 if has_next else 0)
    last = max(last, current if total is None else 1)
    if last == 1 and current == 1:
        return []
    wanted = {1, last, current - 1, current, current + 1}
    shown: list[int | None] = []
    for number in sorted(number for number in wanted if 1 <= number <= max(last, current)):
        before = shown[-1] if shown else 0
        if before is not None and number - before > 1:
            # A gap of one is filled: its link takes no more room than the dots.
            shown.append(number - 1 if number - before == 2 else None)
        shown.append(number)
    return shown
