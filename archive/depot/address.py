"""The address of a depot: takes what a person wrote, gives the objects that lie there."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from archive.depot.folder import FolderObjects
from archive.depot.objects import Objects
from archive.errors import ConfigurationError


def open_objects(url: str) -> Objects:
    """``s3://BUCKET/PREFIX``, ``file:///FOLDER`` or the path of a folder. Raises ConfigurationError."""
    parts = urlsplit(url)
    if parts.scheme == "s3":
        from archive.depot.s3 import S3Objects  # obstore is loaded where a bucket is named

        return S3Objects(url)
    if parts.scheme == "file" or "://" not in url:
        if not url or parts.netloc not in ("", "localhost"):
            raise ConfigurationError(f"{url!r} is no depot; write s3://BUCKET/PREFIX, file:///FOLDER or the path of a folder")
        return FolderObjects(unquote(parts.path) if parts.scheme == "file" else url)
    raise ConfigurationError(f"{url!r} is no depot; write s3://BUCKET/PREFIX, file:///FOLDER or the path of a folder")
