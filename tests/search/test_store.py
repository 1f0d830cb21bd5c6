"""What search knows of a workspace."""

from sqlalchemy import create_engine, update

from app.search.store import attributes_of
from app.storage.tables import data_attributes, metadata
from support.searching import APP, ATTRIBUTES, OTHER, store_crowd


def test_attributes_are_those_of_contacts_of_the_workspace_in_use() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as conn:
        metadata.create_all(conn)
        store_crowd(conn, [])
        store_crowd(conn, [], OTHER, first_id=100)
        assert attributes_of(conn, APP) == ATTRIBUTES
        assert attributes_of(conn, OTHER)["plan"].id == 101
        conn.execute(update(data_attributes).where(data_attributes.c.id == 1).values(archived=True))
        conn.execute(update(data_attributes).where(data_attributes.c.id == 2).values(model="company"))
        assert attributes_of(conn, APP).keys() == ATTRIBUTES.keys() - {"plan", "seats"}
    engine.dispose()
