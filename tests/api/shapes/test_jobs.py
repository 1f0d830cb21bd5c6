"""Jobs and previews as they are answered."""

from app.api.shapes.jobs import job_shape, preview_shape
from app.contacts.csv_rows import BadLine, Column, Line
from app.contacts.import_files import Preview
from app.contacts.jobs import Job, JobId
from app.ids import AppId


def test_a_job_tells_how_far_it_is() -> None:
    job = Job(
        AppId("uacme000"), JobId("1"), "import", "running", {}, 10.5, 11.5, "cli", rows_total=9, rows_done=3
    )
    assert job_shape(job) == {
        "type": "job",
        "id": "1",
        "kind": "import",
        "state": "running",
        "rows_total": 9,
        "rows_done": 3,
        "rows_failed": 0,
        "problems": [],
        "created_at": 10,
        "updated_at": 11,
        "finished_at": None,
    }


def test_a_preview_tells_what_each_column_holds() -> None:
    columns = [Column("email"), Column(None), Column("plan", is_attribute=True)]
    preview = Preview(columns, [Line(2, {"email": "a@b.example"})], [BadLine(3, "why")], 2)
    assert preview_shape(preview) == {
        "type": "import.preview",
        "columns": ["email", None, "custom_attributes.plan"],
        "rows_total": 2,
        "rows": [{"line": 2, "contact": {"email": "a@b.example"}}],
        "problems": [{"line": 3, "reason": "why"}],
    }
