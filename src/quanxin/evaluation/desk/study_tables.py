"""The figures of a study as tables and charts in the page's language.

Invariant: every figure of a study is in a table; a chart repeats one of them and never shows more.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from quanxin.calendar import today
from quanxin.evaluation.comparison import mean
from quanxin.evaluation.desk import backtest_tables
from quanxin.evaluation.desk.model_text import hundredths
from quanxin.evaluation.editions import model_by_digest
from quanxin.evaluation.models import Run, Study
from quanxin.evaluation.sensitivity import NOT_STATED, OTHER, standard
from quanxin.pages.tables import Cell, Table
from quanxin.policy.evaluation import Model
from quanxin.runtime.language import english, said
from quanxin.runtime.pack import current_pack

IN_CHART = 15  # bars of the indicators that moved most


def tables_of(study: Study) -> list[Table]:
    """The tables of an answered study."""
    found = list(Run.objects.filter(pk__in=study.runs))
    runs = [next(run for run in found if run.pk == number) for number in study.runs]
    models = [model_by_digest(run.model, run.digest) for run in runs]
    if study.kind == Study.Kind.COMPARISON:
        return Compared(study.figures or {}, models).tables()
    if study.kind == Study.Kind.BACK_TEST:
        return backtest_tables.tables(study.figures or {}, models[0])
    return [grades_of(runs[0], models[0])]


def grades_of(run: Run, model: Model) -> Table:
    """How many subjects a run gave each grade."""
    rows = [
        [f"{b.key} {said(b.title)}", run.grades.get(b.key, 0), _share(run.grades.get(b.key, 0), run.subjects)]
        for b in model.bands
    ]
    return Table("grades", _("等级分布"), [_("等级"), _("主体"), _("占比")], rows)


def _share(part: int, whole: int) -> str | None:
    return f"{Decimal(part * 100) / whole:.2f}%" if whole else None


class Compared:
    """The tables of a comparison."""

    def __init__(self, figures: dict[str, Any], models: list[Model]) -> None:
        self.figures, self.models = figures, models
        bands = {b.key: f"{b.key} {said(b.title)}" for model in models for b in model.bands}
        self.grade = bands | {"": _("未评价")}
        self.indicator = {i.key: said(i.title) for model in models for i in model.indicators}

    def tables(self) -> list[Table]:
        """All of them, in the order in which they are read."""
        return [
            self.summary(),
            self.matrix(),
            self.indicators(),
            self.vetoes(),
            self.distribution(),
            self.stability(),
            self.tenths(),
            *(self.breakdown(of) for of in ("district", "size", "sector")),
            self.weights(),
        ]

    def summary(self) -> Table:
        s = self.figures["summary"]
        before, after = _points(mean(s["sum_before"], s["before"])), _points(mean(s["sum_after"], s["after"]))
        rows: list[list[Cell]] = [
            [_("评价的主体"), s["before"], s["after"]],
            [_("平均分"), before, after],
            [_("两次都评价的主体"), s["both"], s["both"]],
            [_("其中：等级上升"), None, s["risen"]], [_("其中：等级下降"), None, s["fallen"]],
            [_("其中：得分有变化"), None, s["other_score"]],
            [_("平均变动（两次都评价的）"), None, _points(mean(s["shift"], s["both"]))],
        ]  # fmt: skip
        return Table("summary", _("概要"), [_("项目"), _("前"), _("后")], rows)

    def matrix(self) -> Table:
        grades = [*self.figures["grades"], ""]
        cells = {(a, b): count for a, b, count in self.figures["matrix"]}
        rows: list[list[Cell]] = []
        classes: list[list[str]] = []
        for n, a in enumerate(grades):
            counts = [cells.get((a, b), 0) for b in grades]
            rows.append([self.grade[a], *counts, sum(counts)])
            classes.append(
                ["", *(_way(n, m, a, b, count) for m, (b, count) in enumerate(zip(grades, counts, strict=True))), ""]
            )
        sums = [sum(cells.get((a, b), 0) for a in grades) for b in grades]
        rows.append([_("合计"), *sums, sum(sums)])
        classes.append([""] * len(rows[-1]))
        return Table(
            "matrix",
            _("等级变动矩阵"),
            [_("前 / 后"), *(self.grade[g] for g in grades), _("合计")],
            rows,
            [_("行是前一次的等级，列是后一次的等级；对角线上的主体没有变动。")],
            classes=classes,
        )

    def indicators(self) -> Table:
        moved = [m for m in self.figures["indicators"] if m["subjects"]]
        moved.sort(key=lambda m: (not m["key"], -m["subjects"], m["key"]))
        names = [self.indicator.get(m["key"]) or _("维度和总分的上下限") for m in moved]
        rows = [
            [name, m["subjects"], *(hundredths(m[k]) for k in ("points", "risen", "fallen"))]
            for name, m in zip(names, moved, strict=True)
        ]
        chart = bars(
            names[:IN_CHART], [(_("合计变动（分）"), [m["points"] / 100 for m in moved[:IN_CHART]])], across=True
        )
        return Table(
            "indicators",
            _("变动的原因：分值不同的指标"),
            [_("指标"), _("主体"), _("合计变动（分）"), _("其中等级上升的"), _("其中等级下降的")],
            rows,
            [_("各项相加等于两次都评价的主体得分变动之和。")],
            chart if moved else None,
            empty=_("没有主体的分值发生变化。"),
        )

    def vetoes(self) -> Table:
        title = {v.key: said(v.title) for model in self.models for v in model.vetoes}
        rows = [[title[v["key"]], v["under"], v["out"]] for v in self.figures["vetoes"] if v["under"] or v["out"]]
        return Table(
            "vetoes",
            _("变动的原因：否决项"),
            [_("否决项"), _("新适用的主体"), _("不再适用的主体")],
            rows,
            empty=_("没有主体的否决项发生变化。"),
        )

    def distribution(self) -> Table:
        found = _without_empty_ends(self.figures["distribution"])
        names = [f"{low // 100}–{high // 100}" for low, high, _a, _b in found]
        rows: list[list[Cell]] = [[name, row[2], row[3]] for name, row in zip(names, found, strict=True)]
        chart = bars(names, [(_("前"), [r[2] for r in found]), (_("后"), [r[3] for r in found])])
        return Table(
            "distribution",
            _("得分分布"),
            [_("分数段"), _("前"), _("后")],
            rows,
            [_("每段含下限、不含上限，满分归入最后一段；两端没有主体的分数段不列。")],
            chart,
        )

    def stability(self) -> Table:
        found, rule = self.figures["stability"], standard()
        rows: list[list[Cell]] = []
        for name, index in ((_("按得分（前一次的十等分）"), found["scores"]), (_("按等级"), found["grades"])):
            read = said(rule.reading(Decimal(index)).title) if index is not None else None
            rows.append([name, Decimal(index) if index is not None else None, read])
        edges = [_("不足 %(high)s") % {"high": r.below} if r.below is not None else _("其余") for r in rule.stability]
        limits = [
            _("%(edge)s：%(reading)s") % {"edge": edge, "reading": said(r.title)}
            for edge, r in zip(edges, rule.stability, strict=True)
        ]
        return Table(
            "stability", _("群体稳定性指数（PSI）"), [_("口径"), _("指数"), _("读法")], rows, [" · ".join(limits)]
        )

    def tenths(self) -> Table:
        found = self.figures["stability"]
        cuts = [f"{Decimal(cut).scaleb(-2):f}" for cut in found["cuts"]]
        names = [f"{low or '…'} – {high or '…'}" for low, high in zip(["", *cuts], [*cuts, ""], strict=True)]
        rows = [[name, *counts] for name, counts in zip(names, found["tenths"], strict=True)]
        return Table(
            "tenths",
            _("稳定性指数的分组"),
            [_("得分（不含下限、含上限）"), _("前"), _("后")],
            rows,
            [_("按前一次得分的十等分点分组，同分的主体在同一组，因此组数可能不足十。")],
        )

    def breakdown(self, of: str) -> Table:
        titles = {"district": _("按区县"), "size": _("按注册资本"), "sector": _("按行业门类（GB/T 4754）")}
        known, grades = _classes(of), self.figures["grades"]
        found = sorted(self.figures["breakdowns"][of], key=lambda c: _place(c["class"], known))
        rows = [
            [
                known.get(c["class"], c["class"]),
                c["before"],
                c["after"],
                _points(mean(c["sum_after"], c["after"])),
                _points(mean(c["shift"], c["both"])),
                c["risen"],
                c["fallen"],
                *(c[f"g_{n}"] for n in range(len(grades))),
            ]
            for c in found
        ]
        header = [titles[of], _("前"), _("后"), _("平均分（后）"), _("平均变动"), _("上升"), _("下降"), *grades]
        return Table(f"by-{of}", titles[of], header, rows, [_said_of(of)])

    def weights(self) -> Table:
        found = sorted(self.figures["weights"], key=lambda w: (-w["grades"], -w["scores"], w["key"]))
        names = [self.indicator[w["key"]] for w in found]
        rows = [
            [name, w["scores"], w["grades"], w["better"], w["worse"], hundredths(w["shift"])]
            for name, w in zip(names, found, strict=True)
        ]
        most = [(name, w) for name, w in zip(names, found, strict=True) if w["scores"]][:IN_CHART]
        chart = bars([name for name, _w in most], [(_("等级会变的主体"), [w["grades"] for _n, w in most])], across=True)
        header = [
            _("去掉的指标"),
            _("得分会变的主体"),
            _("等级会变的主体"),
            _("等级会上升"),
            _("等级会下降"),
            _("得分变动之和（分）"),
        ]
        return Table(
            "weights",
            _("指标的敏感性：去掉一项会怎样（后一次）"),
            header,
            rows,
            [_("逐项去掉，其余不变；上下限、等级和否决照常计算。")],
            chart if most else None,
            folded=bool(most),
        )


def _without_empty_ends(classes: list[list[int]]) -> list[list[int]]:
    """Classes of scores from the first to the last with anybody in it."""
    taken = [n for n, (_low, _high, before, after) in enumerate(classes) if before or after]
    return classes[taken[0] : taken[-1] + 1] if taken else []


def _way(n: int, m: int, a: str, b: str, count: int) -> str:
    if not count:
        return "none"
    if not a or not b:
        return "apart"
    return "same" if n == m else "up" if m < n else "down"


def _points(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _classes(of: str) -> dict[str, str]:
    """The names of the classes of a breakdown, in their order."""
    rules, rule = current_pack().on(today()), standard()
    if of == "district":
        known = {code.value: said(code.title) for code in rules.divisions}
    elif of == "size":
        known = {c.key: said(c.title) for c in rule.capital_classes} | {OTHER: _("其他币种")}
    else:
        codes = rules.code_sets.get(rule.industry_codes)
        known = {c.value: f"{c.value} {said(c.title)}" for c in codes.codes} if codes else {}
        known |= {OTHER: _("未按国标填写")}
    return known | {NOT_STATED: _("登记信息未填写")}


def _place(key: str, known: dict[str, str]) -> tuple[int, str]:
    order = list(known)
    return (order.index(key) if key in known else len(order) - 1, key)


def _said_of(of: str) -> str:
    return {
        "district": _("按统一社会信用代码中的登记机关所在区划；不在本市区划表中的列出代码。"),
        "size": _("登记信息没有从业人员和营业收入，不能划分大中小微型，这里只按注册资本分档。"),
        "sector": _("登记信息的行业写成国标代码或名称的归入门类，其余如实列出。"),
    }[of]


def bars(names: list[str], series: list[tuple[str, list[Any]]], *, across: bool = False) -> dict[str, Any]:
    """A chart of bars, upright or across; what it shows is said by the table beside it."""
    return {
        "kind": "bars",
        "across": across,
        "names": names,
        "english": english(),
        "series": [{"name": name, "data": data} for name, data in series],
    }
