"""What a career and a life are about: fields, interests, purposes, and the classifier over them.

The room is pure: data files beside the code, no database, no network, no web framework. Its doors are
:mod:`app.taxonomy.taxonomy`, :mod:`app.taxonomy.classify` and :mod:`app.taxonomy.keys`.
"""
