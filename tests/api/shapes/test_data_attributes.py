"""The shape of a data attribute, held against what the public description promises."""

import pytest

from app.api.shapes.data_attributes import data_attribute_shape, standard_attribute_shape
from app.api.shapes.standard_attributes import STANDARD
from app.attributes.records import MODELS, Model
from support.attributes import attribute

ALWAYS = {
    "type",
    "name",
    "full_name",
    "label",
    "data_type",
    "api_writable",
    "ui_writable",
    "messenger_writable",
    "custom",
    "archived",
    "model",
}
OF_THE_WORKSPACE = ALWAYS | {"id", "created_at", "updated_at"}


def test_what_is_not_known_is_left_out() -> None:
    assert data_attribute_shape(attribute()).keys() == OF_THE_WORKSPACE
    known = attribute("size", "options", options=("a", "b"), description="How many", admin_id=7)
    shape = data_attribute_shape(known)
    assert shape.keys() == OF_THE_WORKSPACE | {"options", "description", "admin_id"}
    assert (shape["admin_id"], shape["data_type"], shape["options"]) == ("7", "string", ["a", "b"])


def test_those_that_come_with_a_workspace_are_no_custom_ones() -> None:
    assert data_attribute_shape(attribute("company_size", "integer"))["custom"] is False
    assert data_attribute_shape(attribute("plan"))["custom"] is True


@pytest.mark.parametrize("model", MODELS)
def test_what_all_have_bears_no_id(model: Model) -> None:
    for standard in STANDARD[model]:
        assert standard_attribute_shape(standard, model).keys() == ALWAYS | {"description"}
