"""Addresses that people suggest, held until an operator says yes."""
