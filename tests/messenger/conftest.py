"""What the tests of the messenger's side may ask for."""

from support.messaging import http, server, shop

__all__ = ["http", "server", "shop"]
