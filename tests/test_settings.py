"""Settings: safe, polite, and quiet, also after the next edit."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from scrapy.settings import Settings

from crawler import settings
from crawler.identity import user_agent

SOURCE = Path(settings.__file__).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELNETCONSOLE_ENABLED", False),
        ("REMOTE_CONTROL_ENABLED", False),
        ("COOKIES_ENABLED", False),
        ("METAREFRESH_ENABLED", False),
        ("DOWNLOAD_VERIFY_CERTIFICATES", True),
        ("DOWNLOAD_FAIL_ON_DATALOSS", False),
        ("DOWNLOAD_DELAY_JITTER", 0),
        ("ROBOTSTXT_OBEY", True),
        ("DOWNLOAD_DELAY", 1.0),
        ("DOWNLOAD_MAXSIZE", 16 * 2**20),
        ("SWEEP_DAYS", 30),
        ("GONE_AFTER", 24),
        ("PAGE_BUDGET", 1000),
        ("IMAGE_BUDGET", 1000),
        ("IMAGE_HOSTS", ""),
    ],
)
def test_what_was_measured_to_matter_stays_as_it_is(name: str, value: object) -> None:
    assert getattr(settings, name) == value


def test_only_the_web_is_fetched_and_files_by_scrapy_shell() -> None:
    assert all(settings.DOWNLOAD_HANDLERS[scheme] is None for scheme in ("data", "ftp", "s3"))


def test_every_setting_has_its_reason() -> None:
    lines = SOURCE.splitlines()
    for node in ast.parse(SOURCE).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and not isinstance(node.value, ast.Dict):
            name = node.targets[0].id
            if name not in ("BOT_NAME", "SPIDER_MODULES", "NEWSPIDER_MODULE", "REDIRECT_MAX_TIMES", "LOG_LEVEL", "LOG_FORMAT", "PROGRESS"):
                assert re.search(r"  # \w", lines[node.lineno - 1]), name


def test_the_user_agent_names_program_release_and_contact() -> None:
    assert re.fullmatch(r"AnalysisArchive/[\d.]+", user_agent(_given()))
    assert user_agent(_given(CONTACT="mail@example.org")).endswith(" (+mail@example.org)")
    assert user_agent(_given(USER_AGENT="Mine/1", CONTACT="x")) == "Mine/1"


def _given(**values: object) -> Settings:
    return Settings({"USER_AGENT": None, **values})
