"""Contacts: the people, from pure rules up to the deeds that write them."""
