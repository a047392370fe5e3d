"""Pictures that are alike: duplicates, bursts, and the best shot of each."""

__all__ = ["backfill", "best", "bursts", "clusters", "duplicates"]
