"""What is known of an attribute."""

import pytest

from support.attributes import attribute


@pytest.mark.parametrize(
    ("name", "model", "is_default"),
    [
        ("company_name", "contact", True),
        ("company_size", "contact", True),
        ("company_website", "contact", True),
        ("company_industry", "contact", True),
        ("company_size", "company", False),
        ("plan", "contact", False),
    ],
)
def test_R30_four_attributes_of_contacts_come_with_the_workspace(
    name: str, model: str, is_default: bool
) -> None:
    assert attribute(name, model=model).is_default is is_default
