"""The store: the schema, its migrations and the database behind one write queue."""
