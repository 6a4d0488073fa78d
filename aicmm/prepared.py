"""QuerySets whose SQL is put together once for a process, for the few that every page and every save asks.

Django takes 0.15 to 0.5 ms to make SQL of a QuerySet, and the database a tenth of that to answer it. Kept is the SQL
and how its rows are read; values, connection and rows belong to each call.

    found = Prepared(lambda: Assessment.objects.with_names().filter(pk=Argument("pk", UUIDField())))
    found.first(pk=pk)
"""

from collections.abc import Callable
from copy import copy
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Field, QuerySet
from django.db.models.expressions import Value

Row = TypeVar("Row")


class Argument(Value):
    """The place of a value that comes with each call; `field` says in which form the database takes it."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(name, output_field=field)
        self.name = name

    def as_sql(self, _compiler: Any, _connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        return "%s", [self]


class _Compiled(NamedTuple):
    """`places` are the parameters of the SQL: an `Argument` where a value comes with the call."""

    queryset: Any
    compiler: Any
    sql: str
    places: tuple[Any, ...]


class _Bound:
    """A query that is compiled already, for Django's classes that read rows: they ask it for its compiler."""

    def __init__(self, query: Any, compiler: Any) -> None:
        self._query = query
        self._compiler = compiler

    def get_compiler(self, *_: Any, **__: Any) -> Any:
        return self._compiler

    def __getattr__(self, name: str) -> Any:
        return getattr(self._query, name)


class Prepared(Generic[Row]):
    """What `make` returns: a QuerySet of objects or of `values_list`, in which an `Argument` stands for each value.

    `make` is called when rows are wanted for the first time: while modules are imported the models aren't complete.
    One with `select_for_update` has to be asked inside a transaction; only the first time Django would notice.
    """

    def __init__(self, make: "Callable[[], QuerySet[Any, Row]]") -> None:
        self._make = make
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, **values: Any) -> list[Row]:
        """All rows for these values, which go by the names of the arguments. One query."""
        connection = connections[DEFAULT_DB_ALIAS]
        kept = self._compiled.get(connection.vendor) or self._compile(connection.vendor)
        parameters = tuple(
            place.output_field.get_db_prep_value(values[place.name], connection)
            if isinstance(place, Argument)
            else place
            for place in kept.places
        )
        compiler = copy(kept.compiler)
        compiler.connection = connection
        compiler.as_sql = lambda *_args, **_options: (kept.sql, parameters)
        asked = object.__new__(type(kept.queryset))
        asked.__dict__ = kept.queryset.__dict__ | {"_query": _Bound(kept.queryset.query, compiler)}
        return list(asked._iterable_class(asked))

    def first(self, **values: Any) -> Row | None:
        """The first of them; None where there is none."""
        return next(iter(self.rows(**values)), None)

    def _compile(self, vendor: str) -> _Compiled:
        queryset = self._make().using(DEFAULT_DB_ALIAS)
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, places = compiler.as_sql()
        self._compiled[vendor] = _Compiled(queryset, compiler, sql, tuple(places))
        return self._compiled[vendor]
