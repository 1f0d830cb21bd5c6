"""What search knows of a workspace."""

from sqlalchemy import create_engine, insert, update

from app.search.store import attributes_of, count_people
from app.storage.tables import contacts, data_attributes, metadata, people_counts
from support.searching import APP, ATTRIBUTES, OTHER, crowd, store_crowd


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


def test_people_are_counted_by_role_in_their_own_workspace() -> None:
    engine = create_engine("sqlite://")
    people = crowd(40)
    with engine.begin() as conn:
        metadata.create_all(conn)
        store_crowd(conn, people)
        store_crowd(conn, people[:9], OTHER, first_id=100)
        conn.execute(update(contacts).where(contacts.c.id == people[0].id).values(listed=False))
        of_role = [sum(one.columns["role"] == role for one in people[1:]) for role in ("lead", "user")]
        assert [count_people(conn, APP, (role,)) for role in ("lead", "user")] == of_role
        assert count_people(conn, APP, ("lead", "user")) == sum(of_role)
        assert count_people(conn, OTHER, ("lead", "user", "visitor")) == 8
        # PostgreSQL shares a count out among several rows.
        row = {"app_id": APP, "role": "lead", "slot": 17, "count": -1}
        conn.execute(insert(people_counts), [row])
        assert count_people(conn, APP, ("lead",)) == of_role[0] - 1
    engine.dispose()
