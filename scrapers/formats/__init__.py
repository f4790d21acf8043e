"""Bytes to records, pure: a format module does no I/O and raises nothing on bad input, it warns."""
