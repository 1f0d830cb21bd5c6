"""The words of descriptions."""

import pytest

from app.openapi.parts import TEXT, Schema, listing, may_be_null, operation, record, ref


@pytest.mark.parametrize(
    ("schema", "nullable"),
    [
        (TEXT, {"type": ["string", "null"]}),
        (ref("contact"), {"anyOf": [{"$ref": "#/components/schemas/contact"}, {"type": "null"}]}),
    ],
)
def test_value_may_be_null(schema: Schema, nullable: Schema) -> None:
    assert may_be_null(schema) == nullable


def test_operation_has_what_every_route_has() -> None:
    made = operation("Look", tag="Looks", answers=TEXT, refuses={404: "Nobody there."})
    assert sorted(made["responses"]) == ["200", "400", "401", "404", "421", "429", "503", "507"]
    assert made["responses"]["404"]["description"] == "Nobody there."


def test_operation_with_a_body_may_find_it_too_large() -> None:
    made = operation("Look", tag="Looks", answers=None, body=record({"a": TEXT}), needs_body=False)
    assert made["requestBody"]["required"] is False
    assert "413" in made["responses"]
    assert "content" not in made["responses"]["200"]


def test_open_operation_asks_for_no_token() -> None:
    made = operation("Look", tag="Looks", answers=TEXT, is_open=True)
    assert (made["security"], list(made["responses"])) == ([], ["200"])


def test_listing_names_where_its_rows_are() -> None:
    assert listing(TEXT, under="tags")["properties"]["tags"] == {"type": "array", "items": TEXT}
