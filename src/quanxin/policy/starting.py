"""The first files of another city's pack.

Invariant: what is written can be read, passes every lint, and names what is still to be filled in; nothing that is there already
is touched.
"""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

import yaml

from quanxin.policy.loader import HEAD, PackError, find_pack
from quanxin.policy.model import Text

FILES = {
    HEAD: """\
# $zh：在所继承的包之上，只写本地不同的和新增的。各种文件见文档“政策包”。
name: $name
title: {zh: $zh公共信用规则, en: Rules of public credit of $en}
region: "$region"
divisions: division-$name
extends: $extends
""",
    "site.yaml": """\
# 站点的名称和用语。还可以写 slogan（标语）、lead 和 about（首页说明）、colours（四种颜色）、publisher（发布单位）、
# contact（电话、邮箱、地址、时间）；不写的用通行说法。徽标放在旁边的 mark.svg。
title: {zh: 信用$zh, en: Credit $en}
place: {zh: $zh, en: $en}
""",
    "codes/division-$name.yaml": """\
# 行政区划：补上本地的区县，每个一行；aliases 写人们常用的简称。
key: division-$name
title: {zh: $zh行政区划, en: divisions of $en}
edition: GB/T 2260
in_force: {from: 2020-01-01}
basis:
  - {title: 中华人民共和国行政区划代码, reference: GB/T 2260, confidence: M, note: 请核对现行代码后改为H}
codes:
  - {value: "$region", title: {zh: $zh, en: $en}}
""",
}
REGION = re.compile(r"\d{6}")
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def begin(folder: Path, *, title: Text, region: str, extends: str) -> list[Path]:
    """Write the first files of a pack into ``folder``, whose name is the pack's; return them.

    Raises ``PackError`` for a folder that holds something, a name or region that is none, or a parent that there is not.
    """
    wrong = []
    if not NAME.fullmatch(folder.name):
        wrong.append(f"{folder.name}: a pack's name has small letters, digits and hyphens")
    if not REGION.fullmatch(region):
        wrong.append(f"{region}: a region is a division of GB/T 2260, six digits")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        wrong.append(f"{folder}: is not empty; what is there is not touched")
    if wrong:
        raise PackError(wrong)
    find_pack(extends, beside=folder.resolve().parent)
    said = {"name": folder.name, "zh": _quoted(title.zh), "en": _quoted(title.en), "region": region, "extends": extends}
    written = []
    for name, text in FILES.items():
        path = folder / Template(name).substitute(said)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(Template(text).substitute(said), encoding="utf-8")
        written.append(path)
    return written


def _quoted(text: str) -> str:
    """A text that can stand within a plain YAML scalar; raises ``PackError`` for one that would say something else."""
    try:
        plain = bool(text.strip()) and yaml.safe_load(f"{{a: {text}x}}") == {"a": f"{text}x"}
    except yaml.YAMLError:
        plain = False
    if not plain:
        raise PackError([f"{text}: a name has letters and blanks, no marks of YAML"])
    return text
