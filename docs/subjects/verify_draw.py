"""核验一次双随机抽取，只用标准库 / Verify a draw from its published files: python3 verify_draw.py FOLDER [DIGEST]"""

import hashlib, hmac, json, sys  # noqa: E401, I001
from fractions import Fraction
from math import ceil
from pathlib import Path

def sha(data):
    return hashlib.sha256(data).digest()

def rows(name):
    return [line.split(",") for line in files[name].decode().split("\n")[1:-1]]

def ordered(key, names, before=""):
    return sorted(names, key=lambda name: hmac.digest(key, f"{before}{name}\x01".encode(), "sha256"))

def rfc3797(key, names):
    rest = list(names)
    for turn in range(len(names)):
        made = hashlib.md5(turn.to_bytes(2, "big") + key + turn.to_bytes(2, "big"), usedforsecurity=False)
        yield rest.pop(int.from_bytes(made.digest(), "big") % len(rest))
files = {path.name: path.read_bytes() for path in Path(sys.argv[1]).iterdir()}
draw = json.loads(files["draw.json"])
fixed, came, codes = draw["committed"], draw["randomness"], [bytes.fromhex(code) for code in draw["codes"]]
digest = sha(json.dumps(fixed, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hex()
frame, skips, stated, crew = [row[0] for row in rows("frame.csv")], rows("skips.csv"), rows("selected.csv"), fixed["crew"]
strata = {stratum: [label for label in frame if label.split("|")[0] == stratum] for stratum in fixed["frame"]["sizes"]}
sizes = {stratum: len(labels) for stratum, labels in strata.items()}
level = [sha(b"\0" + label.encode()) for label in frame] or [sha(b"")]
while len(level) > 1:  # RFC 6962
    odd = level[len(level) & ~1:]
    level = [sha(b"\1" + left + right) for left, right in zip(level[::2], level[1::2])] + odd  # noqa: B905
groups = [group for one in came["outcomes"] for group in [*one["numbers"], one["value"] and [one["value"].upper()]] if group]
groups += [[came["secret"].upper()]] if came["secret"] else []
chain = [bytes.fromhex(fixed["chain"]["anchor"]), *codes]
named = [(one["key"], one["on"], one["issue"], [group[0] for group in one["groups"]]) for one in fixed["sources"]]
given = [(one["source"], one["on"], one["issue"], [len(set(balls)) for balls in one["numbers"]]) for one in came["outcomes"]]
secret = came["secret"] and sha(bytes.fromhex(came["secret"])).hex()
wrong = {
    "commitment": {digest} != {draw["commitment"], *sys.argv[2:]},
    "frame": sorted(set(frame)) != frame or level[0].hex() != fixed["frame"]["root"] or sizes != fixed["frame"]["sizes"],
    "source": named != given or any(one["on"] <= fixed["committed_on"] for one in fixed["sources"]),
    "randomness": came["text"] != "".join("".join(f"{n}." for n in sorted(group)) + "/" for group in groups)
    or secret != (fixed["second"] and fixed["second"]["digest"]),
    "reveal": not codes or any(sha(code) != last for last, code in zip(chain, codes)),  # noqa: B905
    "skip": sha(files["skips.csv"]).hex() != draw["files"]["skips.csv"] or {row[2] for row in skips} - set(fixed["reasons"]),
}
taken, visits, pool, recused = [], [], rows("inspectors.csv") if crew else [], rows("recusals.csv") if crew else []
for turn, code in enumerate(() if any(wrong[kind] for kind in wrong if kind != "commitment") else codes):
    key, here, gone = hmac.digest(code, came["text"].encode(), "sha256"), [], {row[1] for row in skips if int(row[0]) <= turn}
    out, drawn = gone | {row[2] for row in taken}, [row for row in stated if row[0] == str(turn)]
    for quota in sorted(fixed["quotas"], key=lambda one: one["stratum"]):
        stratum, labels, ceiling = quota["stratum"], strata.get(quota["stratum"], []), quota["ceiling"]
        n = max(ceil(Fraction(quota["ratio"]) * len(labels)), quota["floor"])
        n = min(n, len(labels), len(labels) if ceiling is None else ceiling) - sum(row[2] in {*labels} - gone for row in taken)
        seed = f"{came['text']}{code.hex().upper()}./{stratum}./".encode()
        queue = rfc3797(seed, labels) if fixed["method"] == "rfc3797" else ordered(key, labels)
        queue = [label for label in queue if label not in out][:max(n, 0)]
        here += [[str(turn), str(place), label] for place, label in enumerate(queue, 1)]
        wrong["quota"] = wrong.get("quota") or (not turn and len(queue) != sum(row[2] in labels for row in drawn))
    wrong["substitute" if turn else "order"] = here != drawn and not wrong["quota"]
    if here != drawn:
        break
    taken += here
    for row in sorted(here, key=lambda row: (int(row[1]), row[2])) if crew else []:
        where = row[2].split("|")[1]
        items = {one[2].split("|")[2] for one in here if one[2].split("|")[1] == where}
        for team in sorted({crew["teams"].get(item, "") for item in items} - {one[1] for one in visits if one[0] == where}):
            barred, busy = {one[0] for one in recused if one[1] == where}, [one[2] for one in visits]
            barred |= {one[2] for one in visits if one[0] == where}
            free = [cert for cert, own in pool if own == team and cert not in barred and busy.count(cert) != crew["load"]]
            visits += [[where, team, cert, str(turn)] for cert in ordered(key, free, f"insp|{where}|")[:crew["each"]]]
library = crew and any(sha(files[f"{name}.csv"]).hex() != crew[name] for name in ("inspectors", "recusals"))
wrong["inspectors"] = library or (crew and taken == stated and visits != rows("visits.csv"))
names = [row[2] for row in stated if row[2] not in {one[1] for one in skips}]
counts = {stratum: (len(labels), sum(name in labels for name in names)) for stratum, labels in strata.items()}
told = {key: (one["size"], one["drawn"]) for key, one in draw["counts"].items() if one["size"]}
wrong["counts"] = taken == stated and told != counts
sys.stdout.write("\n".join([*names, "不符 / wrong: " + ", ".join(key for key, bad in wrong.items() if bad), ""]))
sys.exit(any(wrong.values()))
