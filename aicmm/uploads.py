"""Uploads: the application takes no files, but where a view says so, and then keeps none."""

from collections.abc import Callable
from io import BytesIO
from typing import Any, NoReturn, TypeVar

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParserError

View = TypeVar("View", bound=Callable[..., Any])


class RefuseFiles(FileUploadHandler):
    """Ends a form with a file in it with 400, before anything of the file is kept."""

    def new_file(self, *_args: object, **_kwargs: object) -> NoReturn:
        raise MultiPartParserError("This application takes no files.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> NoReturn:
        raise NotImplementedError

    def file_complete(self, file_size: int) -> NoReturn:
        raise NotImplementedError


class OneFileInMemory(FileUploadHandler):
    """Takes one file and holds it in memory alone: how large it may be, `takes_up_to` says of the whole body."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._content = BytesIO()
        self._taken = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self._taken:
            raise MultiPartParserError("One file is taken at a time.")
        self._taken = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002 (Django's signature)
        self._content.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self._content.seek(0)
        return InMemoryUploadedFile(
            self._content, self.field_name, self.file_name, self.content_type, file_size, self.charset
        )


def takes_up_to(most_bytes: int) -> Callable[[View], View]:
    """Lets the body of a request to this view be so large, instead of what `aicmm.middleware` allows."""

    def mark(view: View) -> View:
        view.most_bytes = most_bytes  # type: ignore[attr-defined]
        return view

    return mark
