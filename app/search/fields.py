"""The fields that can be searched, and what each may be asked. Pure.

A *kind* decides which operators a field takes and how its values are read. Most fields are columns
of contacts; custom attributes are looked up among a workspace's own; a few (``tag``, ``online``)
stand for what lies elsewhere. Fields that the public description names and nobody tells us about
(``ios_app_version`` …) are always unknown, so that a search for them finds nobody and fails for nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

Kind = Literal[
    "text", "email_domain", "number", "date", "boolean", "role", "tag", "segment", "company", "online"
]


@dataclass(frozen=True, slots=True)
class Field:
    """A field by the name it was asked for.

    Where its value is: in ``column`` of contacts, or under ``attribute_id``; where neither is given, its
    kind says where, or it is known of nobody. ``ignores_case`` where the column holds lower case only;
    ``is_never_unknown`` where nothing stored means false. By one that ``is_unread`` nothing is searched for now.
    """

    name: str
    kind: Kind
    column: str | None = None
    attribute_id: int | None = None
    ignores_case: bool = False
    is_never_unknown: bool = False
    is_unread: bool = False


class Catalogue(Protocol):
    """Whatever knows the fields of one kind of record."""

    def find(self, name: str) -> Field | None: ...


@dataclass(frozen=True, slots=True)
class Attribute:
    """A custom attribute as search knows it. ``type`` as in ``data_attributes``.

    ``is_unread``: its type was changed, and not all its values have been read anew.
    """

    id: int
    type: str
    is_unread: bool = False


@dataclass(frozen=True, slots=True)
class SearchFields:
    """Contacts' fields as REST names them: custom attributes under ``custom_attributes.``."""

    attributes: Mapping[str, Attribute] = field(default_factory=dict)

    def find(self, name: str) -> Field | None:
        if name.startswith(_PREFIX):
            return _custom(name, self.attributes.get(name.removeprefix(_PREFIX)))
        return _OF_SEARCH.get(name)


@dataclass(frozen=True, slots=True)
class FilterFields:
    """Contacts' fields as the dashboard names them: those of REST, ``tag`` and the like, and bare attributes.

    An attribute that bears the name of a field is reached by ``custom_attributes.``.
    """

    attributes: Mapping[str, Attribute] = field(default_factory=dict)

    def find(self, name: str) -> Field | None:
        if name.startswith(_PREFIX):
            return _custom(name, self.attributes.get(name.removeprefix(_PREFIX)))
        return _OF_FILTER.get(name) or _custom(name, self.attributes.get(name))


_PREFIX: Final = "custom_attributes."
_KIND_OF_TYPE: Final[Mapping[str, Kind]] = {
    "string": "text",
    "options": "text",
    "integer": "number",
    "float": "number",
    "boolean": "boolean",
    "date": "date",
}


def _custom(name: str, attribute: Attribute | None) -> Field | None:
    if attribute is None:
        return None
    return Field(
        name,
        _KIND_OF_TYPE.get(attribute.type, "text"),
        attribute_id=attribute.id,
        is_unread=attribute.is_unread,
    )


def _columns(kind: Kind, **columns: str) -> dict[str, Field]:
    return {name: Field(name, kind, column) for name, column in columns.items()}


def _unknown(kind: Kind, names: str) -> dict[str, Field]:
    return {name: Field(name, kind) for name in names.split()}


_OF_BOTH: Final[Mapping[str, Field]] = {
    **_columns(
        "text",
        id="id",
        name="name",
        avatar="avatar_url",
        phone="phone",
        external_id="external_id",
        language_override="language_override",
        browser="browser",
        os="os",
    ),
    **{f"location.{part}": Field(f"location.{part}", "text", part) for part in ("country", "region", "city")},
    **_columns("number", owner_id="owner_id", session_count="session_count"),
    **_columns(
        "date",
        created_at="created_at",
        signed_up_at="signed_up_at",
        updated_at="updated_at",
        last_seen_at="last_seen_at",
        last_contacted_at="last_contacted_at",
        last_replied_at="last_replied_at",
        ios_last_seen_at="ios_opened_at",
        android_last_seen_at="android_opened_at",
    ),
    "email_domain": Field("email_domain", "email_domain", "email_key"),
    "unsubscribed_from_emails": Field(
        "unsubscribed_from_emails", "boolean", "unsubscribed_from_emails", is_never_unknown=True
    ),
    "has_hard_bounced": Field("has_hard_bounced", "boolean", is_never_unknown=True),
    "marked_email_as_spam": Field("marked_email_as_spam", "boolean", is_never_unknown=True),
    "role": Field("role", "role", "role"),
    "online": Field("online", "online"),
    **{name: Field(name, "tag") for name in ("tag_id", "tag")},
    **{name: Field(name, "segment") for name in ("segment_id", "segment")},
    **{name: Field(name, "company") for name in ("company_id", "company")},
    **_unknown(
        "text",
        """
        browser_language ios_app_version ios_device ios_app_device ios_os_version ios_app_name ios_sdk_version
        android_app_version android_device android_app_name andoid_sdk_version android_sdk_version
        android_os_version
        """,
    ),
    **_unknown("date", "last_email_opened_at last_email_clicked_at"),
}
# An email is one whatever its case; the dashboard's *is* tells cases apart all the same. Rule R43.
_OF_SEARCH: Final[Mapping[str, Field]] = {
    **_OF_BOTH,
    "email": Field("email", "text", "email_key", ignores_case=True),
}
_OF_FILTER: Final[Mapping[str, Field]] = {**_OF_BOTH, "email": Field("email", "text", "email")}
SORTABLE: Final[Mapping[str, str]] = {
    name: found.column
    for name, found in _OF_SEARCH.items()
    if found.column is not None and found.kind in ("text", "number", "date") and name != "avatar"
}
"""By which fields contacts can be put in order, and the column of each."""
FILTER_FIELDS: Final[tuple[str, ...]] = tuple(
    name
    for name, found in _OF_FILTER.items()
    if (found.column is not None or found.kind in ("tag", "segment", "company", "online"))
    and name not in ("tag_id", "segment_id", "company_id", "avatar", "email_domain", "id")
)
"""The fields that the filter's editor offers, by name; those that nobody fills are left out."""
