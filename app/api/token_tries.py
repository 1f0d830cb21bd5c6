"""Bearer tokens that open nothing, counted by the address they come from.

Beyond ``WRONG_OF_ADDRESS`` of them in a window of 60 s, the address is refused before the database is
asked. One address may be many people's, so only failures count, and a token that has opened
something before goes on working from there: it is looked up as ever, which is how a revoked one
is found out. A right token that this process has not seen yet waits for the end of the window.
Requests that were on their way already when the count was full are not called back.
"""

from typing import Final

from app.auth.secrets_at_rest import fingerprint
from app.limits import Limit, address_key

WRONG_OF_ADDRESS: Final = 100
_MOST_KNOWN: Final = 100_000


class TokenTries:
    """One for each application; ``at`` is monotonic real time."""

    def __init__(self, most_wrong: int = WRONG_OF_ADDRESS, most_known: int = _MOST_KNOWN) -> None:
        self._wrong = Limit("wrong tokens from one address", most_wrong)
        self._most_known = most_known
        # Fingerprints of tokens that were right when last seen: as a dict, so that the oldest can go.
        self._known: dict[str, None] = {}

    def check(self, token: str, client_host: str, at: float) -> None:
        """Raises RateLimited for a token nobody knows, from an address that sent too many wrong ones."""
        address = address_key(client_host)
        if address is not None and fingerprint(token) not in self._known:
            self._wrong.check(address, at)

    def succeeded(self, token: str) -> None:
        known = fingerprint(token)
        self._known.pop(known, None)
        self._known[known] = None
        if len(self._known) > self._most_known:
            del self._known[next(iter(self._known))]

    def failed(self, token: str, client_host: str, at: float) -> None:
        """Count a wrong token; raises RateLimited where too many were counted meanwhile."""
        self._known.pop(fingerprint(token), None)
        address = address_key(client_host)
        if address is not None:
            self._wrong.take(address, at)
