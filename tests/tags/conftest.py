"""What the tests of tags may ask for."""

from support.recording import conn, recorder

__all__ = ["conn", "recorder"]
