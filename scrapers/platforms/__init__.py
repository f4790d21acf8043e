"""One module per hosting product; `scrapers.registry` finds them by scanning this folder."""
