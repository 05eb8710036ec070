"""A tiny bootable guest image, built from Debian's packages alone."""

from haneul.cli.tiny_image.builder import BuiltImage, build
from haneul.cli.tiny_image.contents import BUILD_PACKAGES

__all__ = ["BUILD_PACKAGES", "BuiltImage", "build"]
