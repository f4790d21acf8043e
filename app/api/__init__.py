"""The HTTP API: one thin router a noun. Routers understand words, ask `search` and shape the answer; no SQL here."""
