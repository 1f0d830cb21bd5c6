"""Which segments name a tag."""

from typing import Any

import pytest
from sqlalchemy import insert

from app.ids import AppId, TagId
from app.storage.tables import segments
from app.tags.dependants import names, segments_naming
from app.tags.records import Tag
from app.workspaces.operations import create_workspace
from support.recording import NOW, Recorder

VIP = Tag(AppId("u1a2b3c4"), TagId(7), "VIP", NOW)


def leaf(field: str, value: object, operator: str = "is") -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


def group(*branches: object) -> dict[str, Any]:
    return {"operator": "AND", "value": list(branches)}


@pytest.mark.parametrize(
    "tree",
    [
        leaf("tag", "VIP"),
        leaf("tag", "vip", "is_not"),
        leaf("tag", "7"),
        leaf("tag_id", "7", "="),
        leaf("tag_id", ["6", 7], "IN"),
        group(leaf("name", "VIP"), group(leaf("role", "lead"), leaf("tag", "VIP"))),
    ],
)
def test_a_filter_that_names_the_tag(tree: object) -> None:
    assert names(tree, VIP)


@pytest.mark.parametrize(
    "tree",
    [
        None,
        [],
        "VIP",
        {},
        leaf("name", "VIP"),
        leaf("name", "7"),
        leaf("tag", "VIPs"),
        leaf("tag_id", "VIP"),
        leaf("tag", None, "is_unknown"),
        leaf("tag", "70"),
        group(),
        group(leaf("segment", "7")),
        {"field": ["tag"], "value": "VIP"},
    ],
)
def test_a_filter_that_does_not(tree: object) -> None:
    assert not names(tree, VIP)


def test_the_segments_of_a_workspace_that_name_a_tag(recorder: Recorder) -> None:
    other = create_workspace(recorder.conn, "Globex", NOW).app_id
    for app_id, name, tree in (
        (recorder.app_id, "Seg 1", leaf("tag", "VIP")),
        (recorder.app_id, "Seg 2", leaf("tag", "Lead")),
        (recorder.app_id, "Seg 3", leaf("tag_id", "7")),
        (other, "Theirs", leaf("tag", "VIP")),
    ):
        row = {"app_id": app_id, "id": f"{ord(name[-1]):024x}", "name": name, "person_type": "contact"}
        row |= {"filter": tree, "created_at": NOW, "updated_at": NOW}
        recorder.conn.execute(insert(segments), [row])
    assert segments_naming(recorder.conn, recorder.app_id, VIP) == ["Seg 1", "Seg 3"]
