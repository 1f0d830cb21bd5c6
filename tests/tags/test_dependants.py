"""Which segments name a tag, and how they follow its name."""

from typing import Any

import pytest
from sqlalchemy import insert

from app.ids import AppId, TagId
from app.search.store import segments_of
from app.storage.tables import segments
from app.tags.dependants import names, rename_in_segments, renamed, segments_naming
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


@pytest.mark.parametrize(
    ("tree", "after"),
    [
        (leaf("tag", "VIP"), leaf("tag", "Gold")),
        (leaf("tag", "vip", "is_not"), leaf("tag", "Gold", "is_not")),
        (leaf("tag", ["Lead", "VIP"]), leaf("tag", ["Lead", "Gold"])),
        (
            group(leaf("name", "VIP"), group(leaf("role", "lead"), leaf("tag", "VIP"))),
            group(leaf("name", "VIP"), group(leaf("role", "lead"), leaf("tag", "Gold"))),
        ),
    ],
)
def test_a_filter_follows_the_tags_name(tree: object, after: object) -> None:
    assert renamed(tree, VIP, "Gold") == after


@pytest.mark.parametrize(
    "tree",
    [
        leaf("name", "VIP"),
        leaf("tag", "VIPs"),
        leaf("tag", "7"),
        leaf("tag", 7),
        leaf("tag_id", "VIP"),
        {"field": "tag", "operator": "is_unknown"},
        group(leaf("tag", "Lead")),
    ],
)
def test_a_filter_that_does_not_ask_for_the_tag_by_its_name_stays(tree: object) -> None:
    assert renamed(tree, VIP, "Gold") == tree


def add_segments(recorder: Recorder, *saved: tuple[AppId, str, object]) -> None:
    for app_id, name, tree in saved:
        row = {"app_id": app_id, "id": f"{ord(name[-1]):024x}", "name": name, "person_type": "contact"}
        row |= {"filter": tree, "created_at": NOW, "updated_at": NOW}
        recorder.conn.execute(insert(segments), [row])


def test_the_segments_of_a_workspace_that_name_a_tag(recorder: Recorder) -> None:
    app_id, other = recorder.app_id, create_workspace(recorder.conn, "Globex", NOW).app_id
    add_segments(
        recorder,
        (app_id, "Seg 1", leaf("tag", "VIP")),
        (app_id, "Seg 2", leaf("tag", "Lead")),
        (app_id, "Seg 3", leaf("tag_id", "7")),
        (other, "Theirs", leaf("tag", "VIP")),
    )
    assert [one.name for one in segments_naming(recorder.conn, app_id, VIP)] == ["Seg 1", "Seg 3"]
    changed = rename_in_segments(recorder.conn, app_id, VIP, "Gold", NOW + 9)
    assert [(one.name, one.filter, one.updated_at) for one in changed] == [
        ("Seg 1", leaf("tag", "Gold"), NOW + 9)
    ]
    assert changed == segments_of(recorder.conn, app_id)[:1]
    assert [one.updated_at for one in segments_of(recorder.conn, app_id)[1:]] == [NOW, NOW]
    assert [one.filter for one in segments_of(recorder.conn, other)] == [leaf("tag", "VIP")]
