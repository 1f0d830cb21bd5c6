"""What the tests of the dashboard may ask for."""

from support.desk import acme, add_person, admin, browse, globex, server

__all__ = ["acme", "add_person", "admin", "browse", "globex", "server"]
