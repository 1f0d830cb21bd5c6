"""Whatever can be asked of people: each operator of each kind of field, by itself and in groups."""

from app.search.asking import EVERYBODY
from app.search.fields import FilterFields, SearchFields
from app.search.query import read_filter, read_search
from support.searching import ATTRIBUTES, NOW, search

SEARCH, FILTER = SearchFields(ATTRIBUTES), FilterFields(ATTRIBUTES)
SEGMENTS = {"some": read_filter(search("seats", "gt", 1), FILTER)}
DATES = ("created_at", "updated_at", "signed_up_at", "last_seen_at", "last_replied_at", "renews_at")
TEXTS = (
    "id",
    "name",
    "email",
    "email_domain",
    "phone",
    "external_id",
    "location.country",
    "location.city",
    "plan",
)
OF_SEARCH = [
    *(search("session_count", operator, value) for operator in (">=", "<=") for value in (0, 1, 1.5, 9)),
    *(search("session_count", operator, [1, 2]) for operator in ("IN", "NIN")),
    *(search("location.country", operator, "of Lagos") for operator in ("=", "!=")),
    *(search("email", operator, None) for operator in ("=", "!=")),
    *(search("email", operator, "Ada.1@Example.com") for operator in ("=", "!=", "~", "^")),
    *(search("role", operator, ["user", "visitor"]) for operator in ("IN", "NIN")),
    *(search("role", operator, None) for operator in ("=", "!=")),
    *(search(name, operator, NOW) for name in DATES[:5] for operator in ("=", "<", ">")),
]
OF_FILTER = [
    *(search(name, operator, days) for name in DATES for operator in ("more_than", "less_than", "exactly")
      for days in (-2, 0, 1.5)),
    *(search(name, operator, NOW - 86_400) for name in DATES for operator in ("after", "on", "before")),
    *(search(name, operator, value) for name in ("session_count", "owner_id", "seats", "score")
      for operator in ("is", "is_not", "gt", "lt") for value in (0, 1, 2.5)),
    *(search(name, operator, "ada") for name in TEXTS
      for operator in ("is", "is_not", "starts_with", "ends_with", "contains", "does_not_contain")),
    *(search(name, operator, None) for name in (*DATES, *TEXTS, "session_count", "owner_id", "seats", "tag", "company")
      for operator in ("is_unknown", "has_any_value")),
    *(search("location.country", operator, value) for operator in ("is", "is_not") for value in ("of Lagos", "x")),
    *(search(name, operator, True) for name in ("online", "trial", "unsubscribed_from_emails")
      for operator in ("is", "is_not")),
    *(search(name, operator, "some") for name in ("segment", "tag", "company") for operator in ("is", "is_not")),
    *(search("role", operator, role) for operator in ("is", "is_not") for role in EVERYBODY),
]  # fmt: skip
SESSIONS, OF_A_DAY = search("session_count", "gt", 0), search("created_at", "on", NOW + 2 * 86_400)
OF_CITY = search("location.city", "is", "Lagos")
IS_USER, IS_NO_LEAD = search("role", "is", "user"), search("role", "is_not", "lead")
GROUPS = [
    {"operator": "AND", "value": [IS_USER, IS_NO_LEAD]},
    {"operator": "AND", "value": [IS_USER, search("role", "is", "lead")]},
    {"operator": "OR", "value": [IS_USER, search("role", "is", "lead")]},
    {"operator": "OR", "value": [IS_USER, search("session_count", "gt", 1)]},
    {"operator": "AND", "value": [IS_USER, search("session_count", "gt", 1)]},
    {"operator": "AND", "value": [IS_NO_LEAD, search("last_seen_at", "less_than", 1)]},
    {"operator": "AND", "value": [IS_NO_LEAD, search("last_seen_at", "is_unknown", None)]},
    {"operator": "AND", "value": [IS_NO_LEAD, search("last_seen_at", "less_than", 1), search("name", "contains", "a")]},
    *({"operator": operator, "value": [search("created_at", "after", NOW - 86_400), other]}
      for operator in ("AND", "OR") for other in (
          search("last_seen_at", "less_than", 2), search("last_seen_at", "is_unknown", None),
          search("signed_up_at", "more_than", 1), search("session_count", "is_not", 1),
          search("phone", "contains", "5"), search("seats", "gt", 1))),
    *({"operator": operator, "value": [search("location.country", said, "of Lagos"), OF_CITY]}
      for operator in ("AND", "OR") for said in ("is", "is_not")),
    {"operator": "AND", "value": [{"operator": "OR", "value": [IS_USER, IS_NO_LEAD]}, search("phone", "is", "x")]},
]  # fmt: skip
TREES = [
    *(read_search(one, SEARCH) for one in OF_SEARCH),
    *(read_filter(one, FILTER) for one in (*OF_FILTER, *GROUPS)),
]
