"""How often a messenger may ask: so many requests in a window of 60 s of real time.

A messenger pings at most once a second, and a browser with ten open tabs stays far below
``PINGS_OF_ONE``; so does a load test whose every client is one person. Counted are the pings of
one person or browser from one address (nobody can use up what is another's), and all pings from
one address, so that making up new visitors is no way out.
What comes from this very machine has no address limit: it is a proxy that forwards no addresses,
or the operator's own test.
All that a workspace's pages send, from however many addresses, is counted too: a flood in the name
of one workspace leaves the database to the others. What another limit refused is no part of it.
"""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from app.clock import monotonic
from app.limits import Limit, address_key

PINGS_OF_ONE: Final = 6_000
PINGS_OF_ADDRESS: Final = 12_000
PINGS_OF_WORKSPACE: Final = 240_000
EVENTS_OF_ONE: Final = 120


@dataclass(frozen=True, slots=True)
class Limits:
    """All limits of the messenger's routes; one for each application.

    ``pings_of_workspace`` counts workspaces that exist, and is not filled by those somebody made up.
    """

    pings_of_one: Limit
    pings_of_address: Limit
    pings_of_workspace: Limit
    events_of_one: Limit

    @classmethod
    def fresh(cls) -> "Limits":
        return cls(
            Limit("pings of one person or browser", PINGS_OF_ONE),
            Limit("pings from one address", PINGS_OF_ADDRESS),
            Limit("pings of one workspace", PINGS_OF_WORKSPACE),
            Limit("events of one person", EVENTS_OF_ONE),
        )

    def take_address(self, client_host: str) -> None:
        """Count a ping from an address; raises RateLimited."""
        key = address_key(client_host)
        if key is not None:
            self.pings_of_address.take(key, monotonic())


def limits_of(request: Request) -> Limits:
    """The application's limits, set up by its first request."""
    state = request.app.state
    if not hasattr(state, "messenger_limits"):
        state.messenger_limits = Limits.fresh()
    limits: Limits = state.messenger_limits
    return limits
