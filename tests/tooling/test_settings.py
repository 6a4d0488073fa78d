"""What settings say where nobody sets them."""

import pytest

from aicmm.settings import site_url


@pytest.mark.parametrize(
    ("hosts", "https", "address"),
    [
        (["127.0.0.1", "localhost", "[::1]"], False, "http://127.0.0.1:8405"),
        (["aicmm.example.gov", "10.0.0.5"], True, "https://aicmm.example.gov"),
        ([".example.gov", "aicmm.example.gov"], True, "https://aicmm.example.gov"),
        (["*"], False, "http://127.0.0.1:8405"),
        (["*", ".example.gov"], True, "https://example.gov"),
    ],
)
def test_the_address_on_paper_is_the_first_name_that_is_one(hosts: list[str], https: bool, address: str) -> None:
    assert site_url(hosts, https=https, port="8405") == address
