"""Periods of jobs, done once each however many workers there are."""
