"""The sources that listings come from: the catalogue, what operators added, and their health."""
