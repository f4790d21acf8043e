"""Embeds: pages that other sites show in a frame, complete without scripts; the loader, the builder, oEmbed's frames."""
