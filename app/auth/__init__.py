"""Proof: who may speak for whom (tickets, signatures, passwords, sessions, tokens)."""
