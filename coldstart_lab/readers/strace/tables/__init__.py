"""Scanned lines to DataFrames."""
