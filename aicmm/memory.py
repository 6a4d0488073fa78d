"""How much memory a process may hold. Standard library only: programs that are started for one thing use it."""

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]


def limit_memory(mebibytes: int) -> None:
    """Let the process hold that much and no more; beyond it Python raises `MemoryError`, and C libraries abort.

    RLIMIT_DATA counts what the process itself fills: heap and private anonymous memory. RLIMIT_AS would count every
    mapped library and font as well, three times as much, and RSS has no limit that Linux enforces. Where the system
    doesn't keep this one (macOS), there is none.
    """
    if resource is not None and hasattr(resource, "RLIMIT_DATA"):
        size = mebibytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))
