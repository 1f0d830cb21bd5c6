"""Jobs as REST answers them."""

from typing import Any

from app.api.shapes.moments import unix
from app.contacts.csv_rows import BadLine, Column
from app.contacts.import_files import Preview
from app.contacts.jobs import Job


def job_shape(job: Job) -> dict[str, Any]:
    """``rows_done`` counts every line that was looked at, the bad ones too; ``problems`` are the first of those."""
    return {
        "type": "job",
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "rows_total": job.rows_total,
        "rows_done": job.rows_done,
        "rows_failed": job.rows_failed,
        "problems": list(job.problems),
        "created_at": unix(job.created_at),
        "updated_at": unix(job.updated_at),
        "finished_at": unix(job.finished_at),
    }


def preview_shape(preview: Preview) -> dict[str, Any]:
    """What would be written: the columns as they are understood, the first lines, and those that can't be read."""
    return {
        "type": "import.preview",
        "columns": [_column(column) for column in preview.columns],
        "rows_total": preview.rows_total,
        "rows": [{"line": line.number, "contact": line.body} for line in preview.lines],
        "problems": [_problem(bad) for bad in preview.problems],
    }


def _column(column: Column) -> str | None:
    return f"custom_attributes.{column.field}" if column.is_attribute else column.field


def _problem(bad: BadLine) -> dict[str, Any]:
    return {"line": bad.number, "reason": bad.reason}
