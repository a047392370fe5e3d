"""A switch, until photos that are turned, cropped or compressed again are followed."""

from typing import Final

FOLLOW: Final = False
