"""The sentences about documents.

Invariant: a code is stable and has its sentence in Chinese and in English.
"""

from __future__ import annotations

from types import MappingProxyType

from quanxin.runtime.problems import Problem, Wording, Wordings

WORDINGS: Wordings = MappingProxyType(
    {
        "font-missing": Wording(
            "没有安装字体，不能生成 PDF。", "The font is not installed.", "请管理员运行 make assets。", "Run make assets.",
            status=500,
        ),
        "document-too-long": Wording(
            "内容过多，不能排成一份 PDF。", "There is too much for one PDF.", "请缩小范围。", "Narrow it.", status=413,
        ),
        "document-kind-unknown": Wording(
            "这一天没有“{kind}”这一文书种类。", "There is no kind of documents {kind} on that day.", status=500,
        ),
        "document-unknown": Wording("没有编号为 {number} 的文书。", "No document has the number {number}.", status=404),
        "document-revoked": Wording(
            "文书 {number} 已经撤销。", "The document {number} was revoked already.", status=409,
        ),
        "document-superseded": Wording(
            "文书 {number} 已被另一份文书替换。", "The document {number} was superseded by another.", status=409,
        ),
        "revocation-reason-unknown": Wording("请选择撤销的原因。", "Choose the reason of the revocation."),
        "reason-missing": Wording("请写明理由。", "Give the reason."),
        "document-damaged": Wording(
            "保存的文书 {number} 与出具时不同，不能使用。", "What is kept of the document {number} is not what was issued.",
            "请联系运维人员。", "Tell the operators.", status=500,
        ),
        "document-key-unusable": Wording(
            "文书签名密钥不能使用：{why}", "The key that signs documents cannot be used: {why}",
            "请运维人员检查 QUANXIN_DOCUMENT_KEY。", "Check QUANXIN_DOCUMENT_KEY.", status=500,
        ),
        "certificate-unknown": Wording("没有这一证书。", "There is no such certificate.", status=404),
    }
)  # fmt: skip


class DocumentError(Problem):
    """A document that cannot be issued, read or changed in this way; nothing has changed."""

    wordings = WORDINGS
