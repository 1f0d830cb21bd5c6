"""Jobs in SQL."""

from dataclasses import replace

import pytest

from app.contacts import jobs
from app.contacts.jobs import Job, JobId
from app.trail.records import Actor
from support.recording import NOW, Recorder


def job(recorder: Recorder, number: int, *, kind: str = "import") -> Job:
    made = Job(
        app_id=recorder.app_id,
        id=JobId(f"{number:024x}"),
        kind=kind,
        state="pending",
        options={"mapping": {"Mail": "email"}},
        created_at=NOW + number,
        updated_at=NOW,
        actor_type="token",
        actor_id="7",
        rows_total=3,
    )
    jobs.insert_job(recorder.conn, made)
    return made


def test_a_job_is_read_as_it_was_written(recorder: Recorder) -> None:
    made = job(recorder, 1)
    found = jobs.find_job(recorder.conn, recorder.app_id, made.id)
    assert found is not None
    assert replace(found, problems=()) == made
    assert found.actor == Actor("token", "7")


def test_the_oldest_job_that_is_not_finished_comes_next(recorder: Recorder) -> None:
    first, second = job(recorder, 1), job(recorder, 2)
    job(recorder, 0, kind="export")
    assert jobs.next_job(recorder.conn, "import").id == first.id  # type: ignore[union-attr]
    jobs.update_job(recorder.conn, replace(first, state="completed", finished_at=NOW))
    assert jobs.next_job(recorder.conn, "import").id == second.id  # type: ignore[union-attr]


def test_a_job_that_is_finished_changes_no_more(recorder: Recorder) -> None:
    made = job(recorder, 1)
    jobs.update_job(recorder.conn, replace(made, state="canceled", finished_at=NOW))
    jobs.update_job(recorder.conn, replace(made, state="running", rows_done=2))
    found = jobs.find_job(recorder.conn, recorder.app_id, made.id)
    assert found is not None
    assert (found.state, found.rows_done, found.is_finished) == ("canceled", 0, True)


def test_jobs_that_are_not_finished_are_live(recorder: Recorder) -> None:
    waiting, draft, done = job(recorder, 1), job(recorder, 2, kind="import_draft"), job(recorder, 3)
    jobs.update_job(recorder.conn, replace(done, state="completed", finished_at=NOW))
    assert jobs.live_ids(recorder.conn) == {waiting.id, draft.id}


@pytest.mark.parametrize(("finished_at", "is_kept"), [(NOW, True), (NOW - 1, False), (None, True)])
def test_a_job_is_forgotten_a_while_after_it_was_finished(
    recorder: Recorder, finished_at: float | None, is_kept: bool
) -> None:
    made = job(recorder, 1)
    jobs.update_job(recorder.conn, replace(made, finished_at=finished_at))
    jobs.forget_finished(recorder.conn, NOW)
    assert (jobs.find_job(recorder.conn, recorder.app_id, made.id) is not None) is is_kept


def test_R83_a_job_of_another_workspace_is_not_found(recorder: Recorder) -> None:
    made = job(recorder, 1)
    assert jobs.find_job(recorder.conn, "uother00", made.id) is None  # type: ignore[arg-type]
