"""A visitor's JSON; tests/api/test_visitors.py has the whole of one of whom nothing is known."""

from app.api.shapes.visitors import visitor_shape
from app.contacts.records import Contact
from app.ids import AppId, ContactId, TagId
from app.tags.records import Tag, Tagging

APP = AppId("u1a2b3c4")
VISITOR = Contact(
    APP,
    ContactId("6762f3101bb69f9f2193bc64"),
    "visitor",
    listed=True,
    pseudonym="Pink Stereo from Dublin",
    name_key="",
    created_at=1.0,
    updated_at=2.0,
    anonymous_id="3ecf64d0",
    city="Dublin",
    country="Ireland",
    country_code="IE",
    owner_id=7,
    avatar_url="https://a.example/a.png",
)


def test_what_is_known_of_a_visitor_is_told() -> None:
    tagging = Tagging(Tag(APP, TagId(7), "VIP", 1.0), 2.0, None)
    presence = {"online": True, "since": 1, "last_seen_at": 9}
    shape = visitor_shape(VISITOR, presence, [tagging], [{"type": "company", "id": "c"}])
    assert shape["location_data"] == {
        "type": "location_data",
        "city_name": "Dublin",
        "country_code": "IE",
        "country_name": "Ireland",
    }
    assert (shape["owner_id"], shape["last_request_at"], shape["presence"]["online"]) == ("7", 9, True)
    assert shape["avatar"] == {"type": "avatar", "image_url": "https://a.example/a.png"}
    assert shape["tags"]["tags"] == [{"type": "tag", "id": "7", "name": "VIP"}]
    assert shape["companies"] == {"type": "company.list", "companies": [{"type": "company", "id": "c"}]}
