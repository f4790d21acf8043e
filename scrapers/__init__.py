"""How listings come in: polite HTTP, formats, platforms. Knows no database and imports nothing from `app`."""
