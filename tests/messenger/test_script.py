"""The messenger's script, joined from its parts."""

import gzip

import pytest

from app.messenger.script import PARTS, joined_script
from app.static_files import static_dir

FOLDER = static_dir() / "messenger"


def test_every_part_in_the_folder_is_served() -> None:
    assert sorted(path.name for path in FOLDER.glob("*.js")) == sorted(PARTS)


@pytest.mark.parametrize("name", PARTS)
def test_a_part_is_served_but_for_what_it_says_at_its_head(name: str) -> None:
    head, code = (FOLDER / name).read_text("utf-8").split(" */\n\n", 1)
    assert head.startswith("/**\n * ")
    assert code in joined_script()
    assert head not in joined_script()


def test_the_parts_come_in_their_order() -> None:
    script = joined_script()
    codes = [(FOLDER / name).read_text("utf-8").split(" */\n\n", 1)[1] for name in PARTS]
    places = [script.index(code) for code in codes]
    assert places == sorted(places)


def test_the_whole_is_one_strict_function_that_is_called_at_once() -> None:
    lines = joined_script().splitlines()
    assert lines[1:3] == ["(function () {", '"use strict";']
    assert lines[-1] == "})();"


def test_the_script_is_under_ten_kilobytes_gzipped() -> None:
    assert len(gzip.compress(joined_script().encode(), 9)) < 10_000
