"""The commands of `nextcircle`, a file for each kind. Commands import what they need when they run, to start fast."""
