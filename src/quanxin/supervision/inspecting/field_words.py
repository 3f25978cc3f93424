"""The words of the inspector's page, which its script shows."""

from __future__ import annotations

from django.utils.translation import gettext as _


def words() -> dict[str, str]:
    """The words by their names, in the language of the page."""
    return {
        "online": _("在线"),
        "offline": _("离线：可以继续检查，联网后自动提交"),
        "again": _("待复查"),
        "found": _("检查结果"),
        "none": _("现在没有待检查的任务。"),
        "until": _("检查期限"),
        "waiting": _("待提交"),
        "sent": _("已提交"),
        "refused": _("未被接受"),
        "begun": _("已到场"),
        "back": _("返回任务"),
        "basis": _("依据"),
        "inspectors": _("检查人员"),
        "why": _("原因"),
        "code": _("企业的统一社会信用代码（18位）"),
        "scan": _("拍摄企业码识别"),
        "no_code": _("没有识别到代码，请靠近再拍，或者手工输入。"),
        "other_code": _("这不是该企业的代码，请核对。"),
        "begin": _("到场，开始检查"),
        "form": _("检查表"),
        "yes": _("是"),
        "no": _("否"),
        "choose": _("请选择"),
        "photos": _("照片"),
        "add_photo": _("拍照或选择照片"),
        "photo_note": _("照片在本机去除位置等信息后保存，最多8张。"),
        "no_photo": _("不是照片，没有添加："),
        "too_many": _("最多8张照片。"),
        "remove": _("删除"),
        "signature": _("签名"),
        "signer": _("签名人（当事人或者见证人）"),
        "clear": _("重新签名"),
        "unsigned": _("没有签名的，写明原因"),
        "sign_here": _("在框内签名"),
        "result": _("结果"),
        "send": _("提交结果"),
        "kept": _("已保存在本机，联网后自动提交。"),
        "done": _("已提交："),
        "missing": _("请填写："),
        "sign_in": _("登录已过期，未提交的内容保存在本机。请重新登录。"),
        "sign_in_link": _("登录"),
        "conflict": _("没有被接受："),
        "drop": _("删除本机内容"),
        "edit": _("返回修改"),
        "others": _("本机有另一账号尚未提交的内容，份数："),
        "others_note": _("请由该账号登录提交；继续使用将删除这些内容。"),
        "go_on": _("删除并继续"),
        "unsent": _("还有内容没有提交，退出后将从本机删除。确定退出？"),
    }
