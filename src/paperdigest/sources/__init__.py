"""Bytes in. One module per kind of input."""
