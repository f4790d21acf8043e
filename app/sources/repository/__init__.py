"""Everything that the sources room reads from the database and writes to it."""
