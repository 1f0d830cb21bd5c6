"""Write a contact with all that is kept beside it: its key to sort by, and the words it is found under.

Which ids are free is for the database to say. Two who create the same person at once both find nobody
there; the unique index lets one of them in, and tells the other who stands in the way. Rule R50.
"""

from sqlalchemy import Connection

from app.contacts import store
from app.contacts.records import Contact
from app.contacts.shown import name_key, shown_values, words_of


def save(conn: Connection, before: Contact | None, after: Contact) -> Contact:
    """Write the contact, and what it is found and sorted by where that changed; returns it as written.

    Raises IntegrityError where another user has its external_id or email.
    """
    shown = shown_values(after)
    if before is not None and shown == shown_values(before):
        store.update_contact(conn, before, after)
        return after
    after = store.with_facts(after, {"name_key": name_key(shown), "words": words_of(shown)})
    if before is None:
        store.insert_contact(conn, after)
    else:
        store.update_contact(conn, before, after)
    return after
