"""The commands of `gallery`, one module each."""
