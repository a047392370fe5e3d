"""From a Query to the numbers of the photos and faces that match, as SQL."""
