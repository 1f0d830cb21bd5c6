"""What the tests of attributes may ask for."""

from support.recording import conn, recorder

__all__ = ["conn", "recorder"]
