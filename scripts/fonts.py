"""Fonts for what people type into PDFs in scripts that Public Sans lacks. Standard library only."""

import ctypes
import ctypes.util
import sys

from scripts import debian
from scripts.console import Stop, say, step

PACKAGES = {
    "fonts-noto-core": "\u05d0\u0627\u0915\u0e01\u10d0\u1200",
    "fonts-wqy-microhei": "\u6570\u30c7\uac00",
    "fonts-noto-color-emoji": "\U0001f680\U0001fae1",
}
"""Debian's packages, together 24 MB to fetch, and letters that each is for: of Hebrew, Arabic, Hindi, Thai, Georgian
and Amharic; of Chinese, Japanese and Korean; emoji of long ago and of late. A font of another package will do."""

LIBRARIES = ("libfontconfig.so.1", "libfontconfig.1.dylib")


class _Found(ctypes.Structure):
    """What fontconfig lists: its FcFontSet."""

    _fields_ = (("count", ctypes.c_int), ("room", ctypes.c_int), ("fonts", ctypes.c_void_p))


def missing() -> list[str]:
    """The packages for whose letters no font is here. None of them where there is no fontconfig to ask: then there are
    no PDFs either."""
    library = _fontconfig()
    if library is None:
        return []
    return [package for package, letters in PACKAGES.items() if not all(_has(library, letter) for letter in letters)]


def provide() -> bool:
    """Installs the fonts that are missing. Returns whether there was anything to do; a failure only says so."""
    packages = missing()
    if not packages:
        return False
    if debian.can_install():
        try:
            with step(f"Fonts for PDFs: {', '.join(packages)}"):
                debian.install(packages)
            return True
        except Stop as stop:
            say(f"  {stop}")
    where = "" if sys.platform == "darwin" else f": run `sudo apt-get install {' '.join(packages)}`"
    say(f"! PDFs will show boxes for letters that no font here has{where} (or your system's counterpart).")
    return True


def _fontconfig() -> ctypes.CDLL | None:
    for name in (*LIBRARIES, ctypes.util.find_library("fontconfig")):
        try:
            library = ctypes.CDLL(name) if name else None
        except OSError:
            continue
        if library is not None:
            library.FcNameParse.restype = library.FcObjectSetCreate.restype = ctypes.c_void_p
            library.FcFontList.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
            library.FcFontList.restype = ctypes.POINTER(_Found)
            return library
    return None


def _has(library: ctypes.CDLL, letter: str) -> bool:
    """Whether any font has the letter."""
    pattern = library.FcNameParse(f":charset={ord(letter):x}".encode())
    found = library.FcFontList(None, pattern, library.FcObjectSetCreate())
    return bool(found) and found.contents.count > 0
