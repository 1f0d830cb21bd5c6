"""What the tests of the trail may ask for."""

from support.recording import conn, recorder

__all__ = ["conn", "recorder"]
