"""Who may ask what, and how often; what is written down of it. Below the API, above the database."""
