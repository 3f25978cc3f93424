"""The sentences of what can be wrong with a file as it is read.

Invariant: as in ``wordings``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quanxin.runtime.problems import Wording

READING: Mapping[str, Wording] = MappingProxyType(
    {
        "file-empty": Wording(
            "文件中没有数据行：{what}。", "The file holds no data rows: {what_en}.",
            "请确认导出时已包含数据；确无数据时不必提交。", "Export it again with its rows.",
        ),
        "file-not-tabular": Wording(
            "文件不是数据表：{what}。", "The file is not a table: {what_en}.",
            "请提交 CSV、XLSX、JSON Lines 或 Parquet 文件。", "Hand in CSV, XLSX, JSON Lines or Parquet.",
        ),
        "file-json-array": Wording(
            "文件是一个 JSON 数组，不是 JSON Lines。", "The file is a JSON array, not JSON Lines.",
            "请改为每行一个对象，去掉首尾的方括号和行末的逗号。",
            "Write one object a line, without the brackets around them and the commas between them.",
        ),
        "file-corrupt": Wording(
            "文件已损坏或不完整：{reason}。", "The file is damaged or incomplete: {reason}.",
            "请重新导出或重新传输后提交。", "Export or transfer it again.",
        ),
        "file-encrypted": Wording(
            "工作簿已加密，无法读取。", "The workbook is encrypted.",
            "请取消打开密码后重新保存再提交。", "Remove the password, save it and hand it in again.",
        ),
        "file-encoding": Wording(
            "第 {line} 行出现无法识别的字节 0x{byte}，不是有效的 {encoding} 文本。",
            "Line {line} holds the byte 0x{byte}, which is not {encoding} text.",
            "请用 UTF-8 或 GB18030 编码重新导出。", "Export it again as UTF-8 or GB18030.",
        ),
        "file-quote-open": Wording(
            "{position}开始的引号直到文件末尾都没有闭合。", "A quotation mark opened at {position} is never closed.",
            "请补上引号，或用表格软件重新保存为 CSV。", "Close it, or save the file again as CSV.",
        ),
        "file-headers-unmatched": Wording(
            "没有找到“{resource}”的表头。文件中有：{found}；应有：{expected}。",
            "No header row of {resource_en} was found. Found: {found}. Expected: {expected}.",
            "请核对目录资源是否选对；列名不同时可用 --map 对照文件。",
            "Check the resource; give a --map file where the names differ.",
        ),
        "file-column-unknown": Wording(
            "有目录中没有的列：{columns}。", "Columns that the catalogue does not know: {columns}.",
            "请改正列名，或在 --map 对照文件中写明对应字段（忽略则写 null）。",
            "Correct the names, or map each to a field or to null in a --map file.",
        ),
        "file-column-twice": Wording(
            "同一数据项出现两列：{columns}。", "One data item has two columns: {columns}.",
            "请只保留一列，或在 --map 对照文件中忽略多余的列（null）。", "Keep one, or map the other to null.",
        ),
        "file-cell-too-long": Wording(
            "{position}有一个单元格超过 {limit} 字节。", "A cell at {position} is longer than {limit} bytes.",
            "请检查该处引号和换行是否正确，或缩短内容。", "Check quotes and line breaks there, or shorten it.",
        ),
        "replace-sheet-unread": Wording(
            "工作表“{sheet}”中没有本资源的表头，有 {rows} 行没有读取；整体替换会把这些行的记录当作已删除。",
            "The sheet {sheet} has no header of this resource; {rows} rows of it were not read, and replacing would withdraw "
            "their records.",
            "请给该工作表补上表头，或删除该工作表，再重新提交；也可改用追加方式。",
            "Give the sheet a header or delete it and hand the file in again, or append instead of replacing.",
        ),
        "file-row-far": Wording(
            "工作表“{sheet}”的第 {row} 行还有内容（可能只是空格），与它上面的第 {last} 行之间全是空行。",
            "The sheet {sheet} has something in row {row}, blanks perhaps, and nothing since row {last}.",
            "请删除远处的单元格（Ctrl+End 可找到）并保存，再重新提交。",
            "Delete that far cell (Ctrl+End finds it), save, and hand the file in again.",
        ),
        "file-too-large": Wording(
            "文件解压后约 {size} 或更多，超过 {limit}。", "The file unpacks to {size} or more; {limit} are allowed.",
            "请分成几份，或另存为未压缩的 CSV 提交。", "Split it, or hand it in as CSV that is not compressed.",
        ),
        "file-too-many-rows": Wording(
            "文件超过 {limit} 行。", "The file has more than {limit} rows.", "请分成几份提交。", "Split it.",
        ),
        "file-needs-memory": Wording(
            "读取文件“{file}”需要的内存超过 {limit}，已拒收，不会自动重试。",
            "Reading {file} needs more than {limit} of memory; it is refused and not tried again.",
            "请分成几份，或另存为 CSV 提交；运行单位可调高 QUANXIN_FILE_MEMORY_MB。",
            "Split it or save it as CSV; the operator may raise QUANXIN_FILE_MEMORY_MB.",
        ),
        "file-needs-time": Wording(
            "读取文件“{file}”超过 {limit} 秒仍未完成，已拒收，不会自动重试。",
            "Reading {file} takes more than {limit} seconds; it is refused and not tried again.",
            "请分成几份，或另存为 CSV 提交；运行单位可调高 QUANXIN_FILE_SECONDS。",
            "Split it or save it as CSV; the operator may raise QUANXIN_FILE_SECONDS.",
        ),
        "file-reader-killed": Wording(
            "读取文件“{file}”的进程意外终止，已拒收，不会自动重试。",
            "The process that read {file} was ended; the file is refused and not tried again.",
            "请另存一份或改用其他格式后重新提交；运行单位请查看日志和内存。",
            "Save it anew or in another format and hand it in again; the operator may look at log and memory.",
        ),
        "mapping-unreadable": Wording(
            "对照文件 {path} 无法使用：{reason}。", "The mapping file {path} cannot be used: {reason}.",
            "对照文件应为“表头: 字段”的 YAML 或 JSON，忽略的列写 null。", "It is YAML or JSON of header: field.",
        ),
        "mapping-field-unknown": Wording(
            "对照文件中的字段不在目录中：{fields}。", "The mapping names fields that the catalogue lacks: {fields}.",
            "可用字段：{known}。", "Fields there are: {known}.",
        ),
    }
)  # fmt: skip
