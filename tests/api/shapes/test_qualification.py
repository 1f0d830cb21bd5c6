"""The shape of qualification data."""

from app.api.shapes.qualification import qualification_shape
from app.contacts.precedence import Lost, Origin
from app.contacts.qualification import Qualified
from support.attributes import attribute


def test_R33_a_value_is_shown_with_what_lost_to_it() -> None:
    origin = Origin("manual", "admin:7", 5.9, (Lost("ping", 50, "messenger", 7.9),))
    qualified = [
        Qualified(attribute("company_size", "integer", label="Company size"), 200, origin),
        Qualified(attribute("tier", "options", options=("a", "b")), None, Origin("empty")),
    ]
    assert qualification_shape(qualified) == {
        "type": "list",
        "data": [
            {
                "type": "qualification",
                "attribute": "company_size",
                "label": "Company size",
                "data_type": "integer",
                "value": 200,
                "source": "manual",
                "by": "admin:7",
                "at": 5,
                "locked": True,
                "lost": [{"source": "ping", "value": 50, "by": "messenger", "at": 7}],
            },
            {
                "type": "qualification",
                "attribute": "tier",
                "label": "tier",
                "data_type": "string",
                "value": None,
                "source": "empty",
                "by": None,
                "at": None,
                "locked": False,
                "lost": [],
            },
        ],
    }
