"""`python -m gallery`."""

from gallery.cli import main

main()
