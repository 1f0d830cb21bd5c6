"""What the tests of the contract may ask for."""

from support.customers import customer, product
from support.rest import acme, client, globex, server

__all__ = ["acme", "client", "customer", "globex", "product", "server"]
