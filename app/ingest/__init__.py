"""Ingest: normalise -> locate -> classify -> match -> store, in this order; `pipeline.ingest` is the whole of it.

Importing this package imports nothing, so that its pure rooms (`match`, `likeness`, `normalise`) start fast.
"""
