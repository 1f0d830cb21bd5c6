"""What the tests of the contract may ask for."""

from support.customers import asked, customer, product
from support.rest import acme, client, globex, server

__all__ = ["acme", "asked", "client", "customer", "globex", "product", "server"]
