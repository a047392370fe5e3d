"""Pictures that are alike: duplicates, bursts, and the best shot of each."""
