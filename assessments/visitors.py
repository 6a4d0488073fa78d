"""What is kept of whoever comes by a link: the beginning of their IP address and the family of their browser. Pure.

Enough to tell a colleague's visit from a stranger's, and too little to tell who it was.
"""

from ipaddress import IPv6Address, ip_address, ip_network

KEPT_BITS = {4: 24, 6: 48}
"""Of an IP address, by its version: about a site's network."""
COUNTED_BITS = {4: 32, 6: 64}
"""What tries are counted by: an address; of IPv6 the part that one customer has for all their devices."""

_PROGRAMS = ("bot", "crawl", "spider", "preview", "scan", "fetch", "curl", "wget", "python", "java/", "go-http", "http")
_BROWSERS = {
    "edg": "edge",
    "firefox": "firefox",
    "fxios": "firefox",
    "opr/": "other",
    "chrome": "chrome",
    "crios": "chrome",
    "safari": "safari",
    "mozilla": "other",
}
"""By what their `User-Agent` says, the first that fits: most claim to be others as well."""


def network_of(address: str) -> str:
    """The beginning of an IP address, such as "203.0.113.0/24"; empty where it is none."""
    return _cut(address, KEPT_BITS)


def counted_as(address: str) -> str:
    """By what the tries of an IP address are counted; empty where it is none."""
    return _cut(address, COUNTED_BITS)


def _cut(address: str, bits: dict[int, int]) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ip_network((found.packed, bits[found.version]), strict=False))


def client_of(agent: str) -> str:
    """The family of a browser by its `User-Agent`, as in `models.sharing.ClientKind`; "program" for all else."""
    said = agent.lower().replace("https://", "").replace("http://", "")
    if any(word in said for word in _PROGRAMS):
        return "program"
    return next((family for word, family in _BROWSERS.items() if word in said), "program")
