"""What the tests of the contract may ask for."""

from support.rest import acme, client, globex, server

__all__ = ["acme", "client", "globex", "server"]
