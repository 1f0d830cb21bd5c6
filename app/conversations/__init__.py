"""Conversations between contacts and teammates, and the facts that outlive them."""
