"""The service as tools for language models, by the Model Context Protocol: over HTTP at `/mcp`, and on standard input and output.

Every tool reads and none writes. What people elsewhere wrote comes under `untrusted_text` and nowhere else.
"""
