"""The fixtures of tests/conftest.py do what tests rely on; what runs twice shows that nothing stayed from the first."""

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection

from rubric.models import Question
from tests.browsing import Problems, check_accessibility

TWICE = pytest.mark.parametrize("time", ["first", "second"])


def is_as_set_up() -> bool:
    return not Group.objects.filter(name="left behind").exists() and Question.objects.count() == 29


@TWICE
@pytest.mark.django_db
def test_in_a_transaction_nothing_stays(time):
    assert is_as_set_up()
    Group.objects.create(name="left behind")


@TWICE
@pytest.mark.django_db(transaction=True)
def test_without_one_it_is_put_back_and_the_rubric_is_still_guarded(time):
    assert is_as_set_up()
    Group.objects.create(name="left behind")
    with pytest.raises(IntegrityError):
        Question.objects.all()._raw_delete(connection.alias)


@pytest.mark.django_db(transaction=True)
def test_new_rows_get_new_numbers_after_it_was_put_back():
    assert Group.objects.create(name="another").pk


@TWICE
def test_the_live_server_shares_the_database(live_server, time):
    assert is_as_set_up()
    Group.objects.create(name="left behind")


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db
def test_a_test_about_one_database_is_left_out_on_the_other():
    assert connection.vendor == "postgresql"


class TestPages:
    @TWICE
    def test_see_the_database(self, page, time):
        assert is_as_set_up()
        page.set_content("<p>Hello</p>")
        Group.objects.create(name="left behind")

    def test_complain_of_exceptions_and_console_errors(self, page, problems):
        problems.expect("broken", "told")
        page.set_content("<script>console.error('told'); broken()</script>")
        page.wait_for_function("true")
        assert len(problems.seen) == 2
        assert problems.unexpected() == []

    def test_are_checked_for_accessibility(self, page):
        page.set_content("<img src='data:,'>")
        with pytest.raises(AssertionError, match="image-alt"):
            check_accessibility(page)


def test_what_was_not_expected_fails_a_test():
    problems = Problems(expected=["status of 500"], seen=["a status of 500 (/)", "Uncaught: x"])
    assert problems.unexpected() == ["Uncaught: x"]
