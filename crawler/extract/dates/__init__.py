"""Dates as pages write them, in the languages that they are written in."""
