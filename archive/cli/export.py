"""``python -m archive export``: takes an article, writes a folder or zip file with its evidence."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import click

from archive.cli.options import archive_command
from archive.clock import moment, now
from archive.db.connection import open_for_reading
from archive.errors import ConfigurationError, StorageError
from archive.export.backup import appearing
from archive.export.evidence import evidence
from archive.queries.named import article_named
from archive.text.plaintext import counted

HELP = "everything that shows an article's states, in a folder or a zip file that a stranger can check"


@archive_command("export", HELP)
@click.option("--article", "name", metavar="ID|URL", required=True, help="its id, or any of its addresses")
@click.option(
    "--to", "target", metavar="DIR|FILE.zip", required=True, type=click.Path(path_type=Path), help="what is made; it must not be there yet"
)
def command(folder: Path, name: str, target: Path) -> int:
    target = target.expanduser().absolute()
    at = now()
    with closing(open_for_reading(folder)) as db:
        db.execute("begin")
        files = evidence(db, folder, article_named(db, name), at)
    if target.suffix == ".zip":
        write_zip(target, files, at)
    else:
        with appearing(target) as made:
            for filename, content in files.items():
                (made / filename).write_bytes(content)
    print(f"{target}: {counted(len(files), 'file')}; README.txt says how to check them")
    return 0


def write_zip(target: Path, files: Mapping[str, bytes], at: str) -> None:
    """Write the files into a zip file. Raises ConfigurationError when it exists already, StorageError when it cannot be written."""
    if target.exists():
        raise ConfigurationError(f"{target} is there already; name a file that is not")
    made = target.with_name(f".{target.name}.unfinished")
    try:
        made.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, content in files.items():
                entry = zipfile.ZipInfo(f"{target.stem}/{name}", moment(at).timetuple()[:6])
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                packed.writestr(entry, content)
        made.rename(target)
    except OSError as error:
        raise StorageError(f"cannot write {target}: {error.strerror}") from error
    finally:
        made.unlink(missing_ok=True)
