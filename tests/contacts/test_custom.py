"""Custom attributes that REST writes: those that exist, and no others."""

from typing import Any

import pytest
from sqlalchemy import Connection, insert

from app.contacts.custom import written
from app.errors import ParameterInvalid
from app.storage.tables import data_attributes
from support.recording import NOW, Recorder


def know(conn: Connection, app_id: str, name: str, *, model: str = "contact", archived: bool = False) -> None:
    """The workspace has that attribute."""
    row: dict[str, Any] = {"app_id": app_id, "model": model, "name": name, "label": name, "type": "string"}
    row |= {"options": [], "messenger_writable": True, "archived": archived}
    conn.execute(insert(data_attributes), row | {"created_at": NOW, "updated_at": NOW})


def write(recorder: Recorder, given: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    contact = recorder.ping({"user_id": "1", **attributes}).contact
    return written(recorder.conn, contact, given, source="rest", by="token:1", now=NOW)


def test_R40_what_exists_is_written_beside_what_is_there(recorder: Recorder) -> None:
    know(recorder.conn, recorder.app_id, "plan_of_ours")
    facts = write(recorder, {"plan_of_ours": "pro"}, seats="5")
    assert facts["custom_attributes"] == {"seats": "5", "plan_of_ours": "pro"}


def test_R40_null_clears(recorder: Recorder) -> None:
    know(recorder.conn, recorder.app_id, "plan_of_ours")
    assert write(recorder, {"plan_of_ours": None}, plan_of_ours="pro")["custom_attributes"] == {}


@pytest.mark.parametrize("what", [{"model": "company"}, {"archived": True}])
def test_R40_what_does_not_exist_is_refused_by_name(recorder: Recorder, what: dict[str, Any]) -> None:
    know(recorder.conn, recorder.app_id, "gone_by_now", **what)
    with pytest.raises(ParameterInvalid, match="Custom attribute 'gone_by_now' does not exist"):
        write(recorder, {"gone_by_now": 1})


def test_a_value_that_does_not_fit_is_refused_by_name(recorder: Recorder) -> None:
    know(recorder.conn, recorder.app_id, "plan_of_ours")
    with pytest.raises(ParameterInvalid, match="plan_of_ours"):
        write(recorder, {"plan_of_ours": {"deep": 1}})


def test_nothing_given_changes_nothing(recorder: Recorder) -> None:
    assert write(recorder, {}) == {}
