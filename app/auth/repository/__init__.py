"""Everything that the auth room reads from the database and writes to it."""
