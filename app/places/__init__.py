"""Where a place string is on the map: an offline gazetteer, time zones and grid cells.

The room is pure: it opens one data file beside it for reading and knows no database, no network and no
web framework. Its doors are :mod:`app.places.gazetteer` and :mod:`app.places.cells`.
"""
