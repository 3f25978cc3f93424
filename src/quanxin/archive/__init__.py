"""信用记录 and 信用档案: what departments decided about subjects, for ever, with its history, to those who may see it."""
