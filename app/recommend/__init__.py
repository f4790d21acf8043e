"""Which groups and events to go to next, and why. Pure: no database, no HTTP; records in, ranked records out.

The same input gives the same ranking, whatever its order. No clicks, no accounts, no memberships of others are known here.
"""
