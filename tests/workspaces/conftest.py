"""What the tests of workspaces may ask for."""

from support.recording import conn, recorder

__all__ = ["conn", "recorder"]
