"""Which link of the main ones is marked as where one is."""

import pytest
from django.urls import reverse

from assessments.templatetags.sections import PAGES, section


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "home"),
        ("/model/", "model"),
        ("/model/mlops/", "in model"),
        ("/assessments/", "assessments"),
        ("/assessments/new/", "in assessments"),
        ("/accounts/login/", "sign in"),
        ("/modelled/", ""),
        ("/nowhere/model/", ""),
        ("", ""),
    ],
)
def test_an_address_belongs_to_a_part_of_the_site(path: str, name: str) -> None:
    assert section(path) == name


def test_the_parts_are_where_they_are_said_to_be() -> None:
    names = {"home": "home", "model": "model", "assessments": "assessments", "sign in": "account_login"}
    assert {reverse(names[name]) for name in PAGES.values()} == set(PAGES)
