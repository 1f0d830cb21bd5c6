"""What the tests of REST may ask for."""

from support.rest import acme, add_contact, client, globex, server

__all__ = ["acme", "add_contact", "client", "globex", "server"]
