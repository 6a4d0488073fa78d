"""Uploads: the application takes no files."""

from typing import NoReturn

from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParserError


class RefuseFiles(FileUploadHandler):
    """Ends a form with a file in it with 400, before anything of the file is kept."""

    def new_file(self, *_args: object, **_kwargs: object) -> NoReturn:
        raise MultiPartParserError("This application takes no files.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> NoReturn:
        raise NotImplementedError

    def file_complete(self, file_size: int) -> NoReturn:
        raise NotImplementedError
