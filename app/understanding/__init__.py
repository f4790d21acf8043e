"""One free sentence as a question: which place, topics and times it asks for. Pure, offline, deterministic.

The door of the room: :func:`app.understanding.sentence.understand`.
"""
