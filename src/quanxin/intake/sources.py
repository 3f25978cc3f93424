"""Sources: departments' databases that rows are pulled from, each defined in a YAML file.

Invariant: a definition holds no password, only where it stands: in an environment variable of its own kind, or in a file of
the folder of secrets. It names no other variable and no other file. A password is put into the connection alone, and no
error, log line or representation of a source carries it.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path
from typing import Self

import yaml
from croniter import croniter
from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from quanxin.intake.errors import IntakeError
from quanxin.intake.hand_in import Mode
from quanxin.intake.source_rules import wrong_query, wrong_url
from quanxin.runtime import trusted

SINCE = "since"  # the bound parameter that stands for the high-water mark
PREFIX = "SOURCE_"  # of the environment variables that a definition may name
_REFERENCE = re.compile(r"\$\{(?:file:(?P<file>[^}]+)|(?P<variable>[A-Za-z_][A-Za-z0-9_]*))\}")


class Incremental(BaseModel):
    """The column that grows, and where the first pull begins."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str
    start: int | dt.datetime | dt.date | str = Field(alias="from")


class Source(BaseModel):
    """One definition. ``mapping`` gives columns of the query the name of a field (its key or title), or null: not read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")
    resource: str
    provider: str
    url: str = Field(repr=False)
    query: str = Field(repr=False)
    mode: Mode = "append"
    mapping: dict[str, str | None] = {}
    incremental: Incremental | None = None
    schedule: str | None = None

    @field_validator("url")
    @classmethod
    def _is_a_url_without_password(cls, url: str) -> str:
        try:
            made = make_url(url)
        except ArgumentError:
            raise ValueError("不是数据库地址 / is no database URL") from None
        if made.password and not _REFERENCE.fullmatch(str(made.password)):
            raise ValueError("密码应写为 ${变量} 或 ${file:名称} / write the password as ${VARIABLE} or ${file:NAME}")
        if any("${" in str(part) for part in (made.host, made.port, made.database, *made.query.items())):
            raise ValueError("只有账号和密码可以引用 / references stand for the account and the password alone")
        for found in _REFERENCE.finditer(url):
            if found["variable"] and not found["variable"].startswith(PREFIX):
                raise ValueError(f"引用的环境变量须以 {PREFIX} 开头 / a variable's name must begin with {PREFIX}")
        if wrong := wrong_url(made):
            raise ValueError(" / ".join(wrong))
        return url

    @field_validator("schedule")
    @classmethod
    def _is_a_crontab(cls, schedule: str | None) -> str | None:
        if schedule is not None and not (len(schedule.split()) == 5 and croniter.is_valid(schedule)):
            raise ValueError("应为五段的 cron 表达式 / must be a crontab of five fields")
        return schedule

    @model_validator(mode="after")
    def _asks_for_what_it_is_given(self) -> Self:
        asked = set(text(self.query).compile().params)
        if asked != ({SINCE} if self.incremental else set()):
            raise ValueError("有 incremental 时查询须且只须用到 :since / with incremental the query uses :since alone")
        if self.incremental and self.mode == "replace":
            raise ValueError("增量数据源不能 replace：未取的记录会被撤回 / an increment cannot replace the whole")
        if wrong := wrong_query(self.query, make_url(self.url).get_backend_name()):
            raise ValueError(" / ".join(wrong))
        return self


def folder() -> Path:
    """Where the definitions lie."""
    return Path(settings.SOURCES_DIR)


def names() -> list[str]:
    """The names of all definitions, whether or not they can be used."""
    return sorted(path.stem for path in folder().glob("*.yaml"))


def load(name: str) -> Source:
    """The definition of that name; ``IntakeError`` if there is none, or it cannot be used."""
    if name not in names():
        raise IntakeError("source-unknown", source=name, known="、".join(names()) or "—")
    path = folder() / f"{name}.yaml"
    try:
        source = Source.model_validate(yaml.safe_load(trusted.read(folder(), path.name)))
    except trusted.Untrusted as error:
        raise _invalid(path, error.zh, error.en) from None
    except (OSError, UnicodeDecodeError) as error:
        raise _invalid(path, str(error)) from error
    except yaml.YAMLError as error:
        raise _invalid(path, " ".join(str(getattr(error, "problem", None) or "YAML").split())) from None
    except ValidationError as error:
        # what stood there is left out: it may be a password
        found = error.errors(include_input=False, include_url=False, include_context=False)
        raise _invalid(path, "；".join(f"{'.'.join(map(str, e['loc'])) or '—'}: {e['msg']}" for e in found)) from None
    if source.name != name:
        raise _invalid(path, f"name: {source.name} ≠ {name}")
    return source


def resolved(source: Source) -> tuple[URL, tuple[str, ...]]:
    """The URL with its references filled in, and the secrets that stood there; ``IntakeError`` where one is missing."""
    url, secrets = make_url(source.url), list[str]()

    def value(found: re.Match[str]) -> str:
        secrets.append(_secret(source, found))
        return secrets[-1]

    def fill(part: str | None) -> str | None:
        return None if part is None else _REFERENCE.sub(value, part)

    return url.set(username=fill(url.username), password=fill(url.password)), tuple(secrets)


def _secret(source: Source, reference: re.Match[str]) -> str:
    if variable := reference["variable"]:
        found = os.environ.get(variable, "")
    else:
        try:
            found = trusted.read(Path(settings.SECRETS_DIR), reference["file"]).strip()
        except trusted.Untrusted as error:
            raise _invalid(folder() / f"{source.name}.yaml", error.zh, error.en) from None
        except (OSError, UnicodeDecodeError):
            found = ""
    if not found:
        raise IntakeError("source-secret-missing", source=source.name, secret=reference[0])
    return found


def _invalid(path: Path, reason: str, reason_en: str = "") -> IntakeError:
    return IntakeError("source-invalid", file=path.name, reason=reason, reason_en=reason_en or reason)
