"""The query string of the user list, and the view it names.

Every state of the list is an address: a tab, words, an order, a page, a filter. What makes no sense in an
address means its default, so that an old bookmark never fails; but for a filter, which is refused:
without it other people would be shown than were asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, cast, get_args
from urllib.parse import urlencode

from app.contacts.listing import Order, View
from app.contacts.records import Role
from app.contacts.words import NOBODYS_WORD, query_words

Tab = Literal["all", "online", "users", "leads"]

TABS: Final[dict[Tab, str]] = {"all": "All", "online": "Online now", "users": "Users", "leads": "Leads"}
_ROLES: Final[dict[Tab, Role | None]] = {"all": None, "online": None, "users": "user", "leads": "lead"}
_LAST_PAGE: Final = 100_000
_LONGEST_SEARCH: Final = 200


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A state of the list."""

    tab: Tab = "all"
    search: str = ""
    order: Order = "last_seen"
    descending: bool = True
    page: int = 1
    filter: str = ""
    """A tree as JSON; what it means is for whoever shows the list to find out."""

    @property
    def view(self) -> View:
        words = query_words(self.search) or [NOBODYS_WORD] * bool(self.search)
        return View(_ROLES[self.tab], tuple(words), self.order, self.descending, self.page)

    @property
    def shows_latest_first(self) -> bool:
        """Whether somebody who comes online moves to this page."""
        return self.tab == "online" or (self.order == "last_seen" and self.descending and self.page == 1)

    def url(self, path: str, **changes: object) -> str:
        """The address of this state, or of one that differs by ``changes``, without its defaults."""
        to = replace(self, **changes)  # type: ignore[arg-type]
        parameters = {
            "tab": to.tab if to.tab != "all" else "",
            "q": to.search,
            "sort": to.order if (to.order, to.descending) != ("last_seen", True) else "",
            "dir": "" if to.descending == _runs_down(to.order) else ("desc" if to.descending else "asc"),
            "page": str(to.page) if to.page > 1 else "",
            "filter": to.filter,
        }
        query = urlencode({name: value for name, value in parameters.items() if value})
        return f"{path}?{query}" if query else path

    def sorted_by(self, order: Order, path: str) -> str:
        """Where the header of a column leads: that order, or the other way round where it is already."""
        descending = not self.descending if order == self.order else _runs_down(order)
        return self.url(path, order=order, descending=descending, page=1)


def read_list_query(parameters: Mapping[str, str]) -> ListQuery:
    tab = parameters.get("tab", "all")
    order = parameters.get("sort", "last_seen")
    known_order = cast("Order", order if order in get_args(Order) else "last_seen")
    return ListQuery(
        tab=tab if tab in TABS else "all",
        search=parameters.get("q", "").strip()[:_LONGEST_SEARCH],
        order=known_order,
        descending={"asc": False, "desc": True}.get(parameters.get("dir", ""), _runs_down(known_order)),
        page=_page(parameters.get("page", "1")),
        filter=parameters.get("filter", "").strip(),
    )


def _page(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return 1
    return min(max(int(text), 1), _LAST_PAGE)


def _runs_down(order: Order) -> bool:
    """Names run up the alphabet, everything else begins with the most or latest."""
    return order != "name"
