"""Templates of web pages: whatever is filled in is escaped, and a name that isn't given is an error."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined


def page_templates(package: str, folder: str = "templates") -> Environment:
    """The templates in this folder of a package."""
    return Environment(
        loader=PackageLoader(package, package_path=folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
