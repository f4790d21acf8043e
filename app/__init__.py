"""The service: what NextCircle does with the listings that `scrapers` brings in."""
