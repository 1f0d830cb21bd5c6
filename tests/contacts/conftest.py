"""What the tests of contacts may ask for."""

from support.recording import conn, recorder

__all__ = ["conn", "recorder"]
