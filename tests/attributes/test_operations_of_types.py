"""An attribute may be given another type by hand: its values are read anew, and none is lost. Rule R41."""

from sqlalchemy import select

from app.attributes.operations import attributes_of
from app.attributes.records import DataAttribute
from app.storage.tables import attribute_values
from support.attributes import change_known
from support.recording import NOW, Recorder


def index_of(recorder: Recorder, attribute: DataAttribute) -> list[tuple[float | None, str | None]]:
    statement = (
        select(attribute_values.c.number, attribute_values.c.text)
        .where(attribute_values.c.attribute_id == attribute.id)
        .order_by(attribute_values.c.contact_id)
    )
    return [(row.number, row.text) for row in recorder.conn.execute(statement)]


def test_R41_any_attribute_can_be_set_to_date_by_hand(recorder: Recorder) -> None:
    first = recorder.ping({"user_id": "1", "trial_end": 1_700_000_100}).contact
    second = recorder.ping({"user_id": "2"}, at=NOW + 1).contact
    made = attributes_of(recorder.conn, recorder.app_id, "contact")["trial_end"]
    assert made.type == "integer"
    assert change_known(recorder, made.name, type="date").type == "date"
    assert recorder.row(first.id)["custom_attributes"] == {"trial_end": 1_700_000_100}
    recorder.ping({"user_id": "2", "trial_end": 1_700_000_200}, at=NOW + 2)
    assert index_of(recorder, made) == [(1_700_000_100.0, None), (1_700_000_200.0, None)]
    assert second.id > first.id


def test_R41_what_fits_the_new_type_no_more_stays_and_matches_nothing(recorder: Recorder) -> None:
    recorder.ping({"user_id": "1", "ends": "1700000100"}, at=NOW)
    recorder.ping({"user_id": "2", "ends": "soon"}, at=NOW + 1)
    made = attributes_of(recorder.conn, recorder.app_id, "contact")["ends"]
    assert index_of(recorder, made) == [(None, "1700000100"), (None, "soon")]
    change_known(recorder, made.name, type="date")
    assert index_of(recorder, made) == [(1_700_000_100.0, None), (None, None)]
    assert [row["custom_attributes"]["ends"] for row in recorder.rows()] == ["1700000100", "soon"]
    # And back again: nothing was lost.
    change_known(recorder, made.name, type="string")
    assert index_of(recorder, made) == [(None, "1700000100"), (None, "soon")]
