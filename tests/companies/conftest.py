"""What the tests of companies may ask for."""

from support.recording import conn, recorder

__all__ = ["conn", "recorder"]
