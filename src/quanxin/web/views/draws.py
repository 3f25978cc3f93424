"""Verifying a draw in the reader's own browser.

Invariant: nothing of what is verified reaches this server: the page has no form that is sent, and its script asks nothing.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from quanxin.draws import WORDS
from quanxin.runtime.language import english


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """The page that takes the published files of a draw, and the words that its script says."""
    texts = {
        "faults": {kind.value: words[english()] for kind, words in WORDS.items()},
        "colon": _("："),
        "sound": _("核验通过：用公布的文件重做一次，抽中的对象、顺序和检查人员完全一致。"),
        "wrong": _("核验不通过："),
        "drawn": _("抽中的对象（{count} 项）"),
        "more": _("另有 {count} 项，见 selected.csv。"),
        "digest": _("承诺摘要："),
        "working": _("正在核验，已计算 {count} 次……"),
        "done": _("核验完成。"),
        "nothing": _("请先选择文件。"),
        "insecure": _("浏览器只在安全连接（https）下提供核验所需的算法。请换用 https 地址，或使用命令或脚本核验。"),
    }
    return render(request, "web/draw_verify.html", {"texts": texts})
