"""The messenger's script, joined from its parts."""

import gzip

import pytest

from app.messenger.script import PARTS, joined_script
from app.static_files import static_dir

FOLDER = static_dir() / "messenger"


def test_every_part_in_the_folder_is_served() -> None:
    assert sorted(path.name for path in FOLDER.glob("*.js")) == sorted(PARTS)


def code_of(name: str) -> list[str]:
    """The lines of a part that are no comment, told without a pattern."""
    lines, within = [], False
    for line in (FOLDER / name).read_text("utf-8").splitlines():
        within = within or line.lstrip().startswith("/**")
        if line.strip() and not within and not line.lstrip().startswith("//"):
            lines.append(line)
        within = within and "*/" not in line
    return lines


@pytest.mark.parametrize("name", PARTS)
def test_a_part_says_at_its_head_what_it_is_about(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8").startswith("/**\n * ")


def test_all_code_of_the_parts_is_served_in_their_order_and_no_comment() -> None:
    served = [line for line in joined_script().splitlines() if line]
    assert served[3:-1] == [line for name in PARTS for line in code_of(name)]


def test_the_whole_is_one_strict_function_that_is_called_at_once() -> None:
    lines = joined_script().splitlines()
    assert lines[1:3] == ["(function () {", '"use strict";']
    assert lines[-1] == "})();"


def test_the_script_is_far_under_ten_kilobytes_gzipped() -> None:
    assert len(gzip.compress(joined_script().encode(), 9)) < 8_000
