"""What organisers ask of listings of theirs, and what is hidden for good because of it."""
