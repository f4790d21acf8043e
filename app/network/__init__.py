"""The network a person has: read from exports, mapped, and how far it is worked out. Pure.

Nothing here stores, logs, caches or sends anything: what is read is in the memory of one call and gone with it.
"""
