"""Presence: who is online, told by one timestamp per contact."""
