"""The languages that NextCircle writes: English, German, French and Spanish.

The English sentence is the key of every message. `catalogues/<language>.po` hold the others, as gettext's files do.
"""
