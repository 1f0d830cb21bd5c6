"""Whom the messenger misses: rule R54."""

from sqlalchemy import text

from app.contacts.csv_rows import Line
from app.contacts.imports import import_lines
from app.contacts.missing import count_missing, missing_users
from app.trail.records import CLI
from support.recording import NOW, Recorder


def sync(recorder: Recorder, *external_ids: str) -> None:
    lines = [Line(2, {"external_id": external_id}) for external_id in external_ids]
    import_lines(recorder.conn, recorder.app_id, lines, actor=CLI, now=NOW)


def missing(recorder: Recorder) -> list[str | None]:
    return [user.external_id for user in missing_users(recorder.conn, recorder.app_id, None, 50)]


def test_R54_users_are_missing_until_the_messenger_has_seen_them(recorder: Recorder) -> None:
    sync(recorder, "1", "2")
    recorder.ping({"user_id": "3"})
    assert set(missing(recorder)) == {"1", "2"}
    recorder.ping({"user_id": "2"})
    assert missing(recorder) == ["1"]
    assert count_missing(recorder.conn, recorder.app_id) == (1, 2)


def test_R54_archived_and_deleted_users_are_not_missing(recorder: Recorder) -> None:
    sync(recorder, "1")
    recorder.change(recorder.rows()[0]["id"], listed=False)
    assert missing(recorder) == []
    assert count_missing(recorder.conn, recorder.app_id) == (0, 0)


def test_R54_they_are_told_page_by_page(recorder: Recorder) -> None:
    sync(recorder, *map(str, range(5)))
    [first, second] = missing_users(recorder.conn, recorder.app_id, None, 2)
    rest = missing_users(recorder.conn, recorder.app_id, second.id, 50)
    assert len({first.id, second.id, *(user.id for user in rest)}) == 5


def test_R83_another_workspaces_users_are_none_of_ours(recorder: Recorder) -> None:
    sync(recorder, "1")
    assert count_missing(recorder.conn, "uother00") == (0, 0)  # type: ignore[arg-type]


def test_R54_an_index_finds_them(recorder: Recorder) -> None:
    plan = recorder.conn.execute(
        text(
            "EXPLAIN QUERY PLAN SELECT id FROM contacts WHERE app_id = 'x' AND contacts.listed "
            "AND contacts.role = 'user' AND contacts.first_seen_at IS NULL AND id > 'a' ORDER BY id"
        )
    )
    assert "contacts_never_seen" in " ".join(row[3] for row in plan)
