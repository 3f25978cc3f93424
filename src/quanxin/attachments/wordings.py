"""The sentences of why a file is refused or cannot be had.

Invariant: a code is stable and has its sentence in Chinese and in English, and a hint that says what to do next.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quanxin.runtime.problems import Wording

_RESAVE = ("请在能打开它的软件中另存或打印为 PDF，再上传。", "Print it to a new PDF and upload that.")

WORDINGS: Mapping[str, Wording] = MappingProxyType(
    {
        "attachment-none": Wording(
            "没有选择文件。", "No file was chosen.", "请选择文件后再提交。", "Choose a file and submit again."
        ),
        "attachment-empty": Wording(
            "文件是空的。", "The file is empty.", "请核对后重新选择文件。", "Check the file and choose it again."
        ),
        "attachment-too-large": Wording(
            "文件超过 {limit} MB 的上限。", "The file is larger than {limit} MB.",
            "请压缩图片、降低扫描分辨率，或分成几个文件上传。", "Scan at a lower resolution, or split it.", 413,
        ),
        "attachment-request-too-large": Wording(
            "提交的内容共约 {size}，超过一次可提交的 {limit}。",
            "What was sent is about {size}, more than the {limit} of one form.",
            "请减少文件后重新提交。", "Send fewer or smaller files.", 413,
        ),
        "attachment-length-unknown": Wording(
            "上传没有说明长度，未予接收。", "The upload did not say how long it is and was not read.",
            "请用浏览器的表单上传，或在请求中写明 Content-Length。", "Send a Content-Length.", 411,
        ),
        "attachment-upload-broken": Wording(
            "上传中断或格式有误。", "The upload broke off or is malformed.", "请重新上传。", "Upload it again.", 400
        ),
        "attachment-type": Wording(
            "不接收这种文件：{found}。", "Files of this kind are not taken: {found_en}.",
            "可上传 PDF、JPEG、PNG、DOCX、OFD。", "Upload PDF, JPEG, PNG, DOCX or OFD.",
        ),
        "attachment-type-old-word": Wording(
            "不接收旧版 Word（.doc）或 WPS 文字（.wps）文件。", "Old Word (.doc) and WPS (.wps) files are not taken.",
            "请另存为 PDF 或 DOCX 后上传。", "Save it as PDF or DOCX.",
        ),
        "attachment-type-heic": Wording(
            "不接收 HEIC、HEIF、AVIF 图片。", "HEIC, HEIF and AVIF pictures are not taken.",
            "请转为 JPEG 后上传；苹果手机可在“设置—相机—格式”选“兼容性最佳”。", "Convert it to JPEG.",
        ),
        "attachment-damaged": Wording(
            "文件已损坏或不完整：{reason}。", "The file is damaged or incomplete: {reason_en}.",
            "请确认文件能正常打开，另存一份后再上传。", "See that it opens, save a copy and upload that.",
        ),
        "attachment-foreign": Wording(
            "文件中夹带了别的内容：{what}。", "The file carries something else within it: {what_en}.", *_RESAVE
        ),
        "attachment-trailing": Wording(
            "文件正常结尾之后还有 {bytes} 字节数据。", "{bytes} bytes follow the end of the file proper.",
            "图片请截图或另存一份再上传；其他文件请打印为 PDF。", "Save the picture anew; print other files to PDF.",
        ),
        "attachment-pixels": Wording(
            "图片过大：{width}×{height} 像素。", "The picture is too large: {width}×{height} pixels.",
            "请缩小图片后上传，总像素不超过 1 亿。", "Make it smaller: 100 million pixels at most.",
        ),
        "attachment-too-complex": Wording(
            "检查文件所需的时间或内存超出限度。", "Checking the file took more time or memory than is allowed.", *_RESAVE
        ),
        "attachment-busy": Wording(
            "同时检查的文件较多。", "Many files are being checked.", "请稍候再上传。", "Upload it again in a moment.", 503
        ),
        "attachment-pdf-active": Wording(
            "PDF 中含有会自行动作的内容：{what}。", "The PDF holds content that acts by itself: {what}.", *_RESAVE
        ),
        "attachment-pdf-embedded": Wording(
            "PDF 中嵌有其他文件或媒体：{what}。", "The PDF has other files or media within it: {what}.",
            "请打印为新的 PDF，或将其中的文件取出单独上传。", "Print it to a new PDF; upload inner files by themselves.",
        ),
        "attachment-encrypted": Wording(
            "文件有打开密码，无法检查和查看。", "The file needs a password to be opened.",
            "请取消密码，另存后上传。", "Remove the password, save it and upload it again.",
        ),
        "attachment-bomb": Wording(
            "文件解压后过大：{reason}。", "The file unpacks to too much: {reason_en}.", *_RESAVE
        ),
        "attachment-nested": Wording(
            "文件中还套有压缩包或其他文档：{member}。", "There is an archive or another document within the file: {member}.",
            "请将其中的文件取出单独上传，或打印为 PDF。", "Upload inner files by themselves, or print it to PDF.",
        ),
        "attachment-macros": Wording(
            "文档中含有宏：{member}。", "The document has macros: {member}.",
            "请另存为不含宏的 DOCX 或 PDF。", "Save it as a DOCX without macros, or as PDF.",
        ),
        "attachment-active": Wording(
            "文档中含有外部引用或会自行动作的内容：{what}。", "The document refers outside or acts by itself: {what}.", *_RESAVE
        ),
        "attachment-member-name": Wording(
            "文件内部的名称不可接受：{member}。", "A name within the file cannot be accepted: {member}.", *_RESAVE
        ),
        "attachment-infected": Wording(
            "查毒程序在文件中发现 {virus}，文件已删除。", "The virus scanner found {virus}; the file was removed.",
            "请先清除本机病毒，再上传干净的文件。", "Clean your computer, then upload a clean file.",
        ),
        "attachment-waiting": Wording(
            "文件正等待查毒，暂时不能下载。", "The file waits for the virus scanner and cannot be had yet.",
            "查毒完成后即可下载，请稍后再试。", "Try again later.", 409,
        ),
        "attachment-gone": Wording(
            "文件已移除。", "The file was removed.", "如仍需要，请重新上传。", "Upload it again if it is needed.", 410
        ),
        "attachment-altered": Wording(
            "存储的文件缺失或与登记的摘要不符。", "The stored file is missing or is not what was handed in.",
            "请运行单位从备份恢复附件目录。", "The operator must restore the attachments from a backup.", 500,
        ),
        "attachment-unknown": Wording(
            "没有附件 {attachment}。", "There is no attachment {attachment}.", "请核对编号。", "Check its number.", 404
        ),
        "attachment-kind-unknown": Wording(
            "没有材料种类 {kind}。", "There is no kind of material {kind}.", "可用种类：{known}。",
            "Kinds there are: {known}."
        ),
        "attachment-case-invalid": Wording(
            "“{case}”不是事项编号。", "“{case}” is no reference of a case.", "请写如 repair:123。",
            "Write it as repair:123."
        ),
        "attachment-tied": Wording(
            "附件已属于事项 {case}。", "The attachment belongs to {case} already.",
            "请为本事项另行上传。", "Upload it again for this case.", 409,
        ),
        "attachment-other-subject": Wording(
            "附件不属于本事项的主体。", "The attachment is another subject's.",
            "请为本事项另行上传。", "Upload it for this case.",
            409,
        ),
        "attachment-too-many": Wording(
            "一个事项最多 {limit} 个附件。", "A case may have {limit} attachments at most.",
            "请移除不需要的，或合并为一个 PDF。", "Remove some, or merge them into one PDF.",
        ),
        "attachment-too-many-waiting": Wording(
            "已有 {limit} 个上传后未用的附件。", "{limit} attachments were uploaded and not used yet.",
            "请移除不需要的，再上传。", "Remove those that are not needed.",
        ),
        "attachment-reason-missing": Wording(
            "请填写移除的理由。", "A reason for the removal is needed.", "理由将随附件记录留存。", "It stays on record."
        ),
        "attachment-disk-full": Wording(
            "磁盘空间不足，文件没有保存；{place} 现有 {free}。",
            "The disk is full, the file was not kept; {place} has {free} free.",
            "请稍后再试；运行单位须清理磁盘或更换数据目录（QUANXIN_DATA_DIR）。",
            "Try again later; the operator must free space or move QUANXIN_DATA_DIR.", 507,
        ),
        "attachment-store-failed": Wording(
            "文件没有保存：{reason}。", "The file was not kept: {reason}.",
            "请稍后再试；运行单位须检查数据目录的权限和磁盘。", "The operator must see to the data directory.", 500,
        ),
    }
)  # fmt: skip
