"""The gallery that docs/tour.md shows, of drawn pictures and of photographs that are free; see `__main__`."""
