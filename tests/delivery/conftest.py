"""What the tests of deliveries may ask for."""

from support.receiving import hook, receiver
from support.recording import conn, recorder

__all__ = ["conn", "hook", "receiver", "recorder"]
