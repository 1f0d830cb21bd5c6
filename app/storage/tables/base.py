"""What all tables share: the metadata they belong to, and the types of their ids."""

from sqlalchemy import MetaData, String

metadata = MetaData()

AppIdColumn = String(8)
ContactIdColumn = String(24)  # also companies and segments: 24 hex digits
