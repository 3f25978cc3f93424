"""The documentation says everything that there is to say, because it is written from the code or held to it here."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from pydantic import BaseModel

import quanxin

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """The generated pages by their path."""
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        import generate
    finally:
        sys.path.remove(str(ROOT / "docs"))
    made: dict[str, str] = generate.pages()
    return made


def test_the_pages_are_those_of_the_city_that_is_set(
    pages: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import generate  # type: ignore[import-not-found]  # found by the fixture

    from tests.policy.small import sound, written

    monkeypatch.setenv("QUANXIN_PACK", str(written(tmp_path, sound())))
    assert [name for name in generate.catalogue() if "/catalogue/" in name] == ["reference/catalogue/penalty.md"]
    assert "reference/catalogue/old-brand.md" in pages


def test_every_procedure_is_drawn_with_its_states_and_acts(pages: dict[str, str]) -> None:
    from quanxin.policy import load

    page = pages["reference/procedures.md"]
    for procedure in load("jinan").procedures:
        part = page.partition(f"{{#{procedure.key}}}")[2].partition("\n## ")[0]
        picture, _, rows = part.partition("</svg>")
        ElementTree.fromstring(f"{picture[picture.index('<svg') :]}</svg>")  # noqa: S314  our own
        assert "\n\n" not in picture[picture.index("<svg") :]
        for state in procedure.states:
            assert f">{state.title.zh}</text>" in picture
        for number, act in enumerate(procedure.acts, 1):
            assert f"| {number} | {act.title.zh}<br>{act.title.en} |" in rows
            moves = [target for start, one, target in procedure.moves() if one is act and start and target != start]
            assert not moves or re.search(rf"[>, ]{number}[<,]", picture)


def test_every_setting_is_documented(pages: dict[str, str]) -> None:
    from quanxin.runtime.variables import VARIABLES

    for variable in VARIABLES.values():
        assert f"`{variable.name}`" in pages["reference/settings.md"]
        assert variable.zh in pages["reference/settings.md"]
        assert variable.en in pages["reference/settings.md"]


def test_every_error_code_is_documented_in_both_languages(pages: dict[str, str]) -> None:
    from quanxin.engine.taxonomy import ERRORS

    for code, error in ERRORS.items():
        assert f"`{code}`" in pages["reference/errors.md"]
        assert error.zh in pages["reference/errors.md"]
        assert error.en in pages["reference/errors.md"]


def every_command(command: Any, path: str) -> list[tuple[str, Any]]:
    below = getattr(command, "commands", None)
    if below is None:
        return [(path, command)]
    return [found for name, child in below.items() for found in every_command(child, f"{path} {name}")]


def test_every_command_and_option_is_documented_and_explained(pages: dict[str, str]) -> None:
    import typer.main

    from quanxin.cli.main import app

    found = every_command(typer.main.get_command(app), "quanxin")
    assert len(found) > 10
    for path, command in found:
        assert f"## `{path}`" in pages["reference/commands.md"]
        assert command.help, path
        for parameter in command.params:
            if "--help" in parameter.opts:
                continue
            assert getattr(parameter, "help", None), f"{path} {parameter.name} has no help"
            for option in parameter.opts if parameter.param_type_name == "option" else []:
                assert option in pages["reference/commands.md"]


def test_every_key_of_a_pack_is_documented(pages: dict[str, str]) -> None:
    from quanxin.policy import evaluation, model, ownership, rights, ruling

    text = pages["reference/pack.md"]
    for part in (p for room in (model, ownership, ruling, rights, evaluation) for p in vars(room).values()):
        if isinstance(part, type) and issubclass(part, BaseModel) and part.model_fields:
            assert f"## {part.__name__}\n" in text
            for name, field in part.model_fields.items():
                assert f"`{field.alias or name}`" in text


def test_every_key_of_an_evaluation_model_and_its_cases_is_explained() -> None:
    from quanxin.policy import evaluation

    text = (ROOT / "docs/developers/packs.md").read_text(encoding="utf-8").partition("\n## Models\n")[2]
    for part in vars(evaluation).values():
        if isinstance(part, type) and issubclass(part, BaseModel) and part.__module__ == evaluation.__name__:
            for name, field in part.model_fields.items():
                assert f"`{field.alias or name}`" in text, f"{part.__name__}.{name}"
    for aggregate in evaluation.Aggregate:
        assert f"`{aggregate}`" in text


def test_every_key_of_the_rights_and_of_clocks_and_cases_is_explained() -> None:
    from quanxin.policy import rights, ruling

    text = (ROOT / "docs/developers/packs.md").read_text(encoding="utf-8").partition("\n## Rights\n")[2]
    own = [part for part in vars(rights).values() if isinstance(part, type) and part.__module__ == rights.__name__]
    for part in (*own, ruling.Clock, ruling.Case):
        for name, field in part.model_fields.items():
            assert f"`{field.alias or name}`" in text, f"{part.__name__}.{name}"
    for name in (*rights.PLACEHOLDERS, *rights.ROLES):
        assert f"`{name}`" in text, name


def test_every_resource_of_the_catalogue_has_a_page_with_all_its_fields(pages: dict[str, str]) -> None:
    from quanxin.policy import load

    pack = load("jinan")
    keys = {path.stem for path in (ROOT / "packs").glob("*/catalogue/*.yaml")}
    assert keys
    for key in {name.partition(".")[0] for name in keys}:
        text = pages[f"reference/catalogue/{key}.md"]
        for resource in pack.resource_history(key):
            for basis in resource.basis:
                assert basis.title in text
            for field in resource.fields:
                assert f"`{field.key}`" in text


def test_every_direct_dependency_has_its_reason_and_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = [
        *project["project"]["dependencies"],
        *(d for group in project["dependency-groups"].values() for d in group),
    ]
    text = (ROOT / "docs/adr/0002-libraries.md").read_text(encoding="utf-8")
    for requirement in named:
        name = re.split(r"[\[=><~ ]", requirement)[0]
        assert re.search(rf"[|,] {re.escape(name)}[,| ]", text), f"{name} is not in docs/adr/0002-libraries.md"


def test_every_decision_is_listed_and_has_its_four_parts() -> None:
    listed = (ROOT / "docs/adr/index.md").read_text(encoding="utf-8")
    for page in sorted((ROOT / "docs/adr").glob("0*.md")):
        text = page.read_text(encoding="utf-8")
        assert f"[{text.splitlines()[0].removeprefix('# ')}]({page.name})" in listed
        if page.name != "0002-libraries.md":
            assert re.findall(r"^## (.+)$", text, re.M) == ["Context", "Decision", "Reason", "Consequences"]


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    assert (tmp_path / "site/reference/errors.html").exists()


def test_the_site_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(tmp_path / "site")],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    text = (tmp_path / "site/index.html").read_text(encoding="utf-8")
    assert re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="(?:https?:)?//[^"]*"', text) == []


def test_publiccode_names_this_version_and_licence() -> None:
    described = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert described["softwareVersion"] == quanxin.__version__
    assert described["legal"]["license"] == project["license"]
    for words in described["description"].values():
        assert len(words["shortDescription"]) <= 150
        assert 150 <= len(words["longDescription"]) <= 10000


def test_links_between_files_of_the_repository_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            generated = "reference/" in str((page.parent / target).resolve())
            assert generated or (page.parent / target).exists(), f"{page.name} → {target}"
