// Makes a published draw again from its files and tells what differs, as quanxin.draws.verifying does. Nothing leaves the
// browser. Invariant: the same files have the same faults, by the same names, as with `quanxin draw verify`.

const NAMES = ["draw.json", "frame.csv", "skips.csv", "selected.csv"];
const CREW = ["inspectors.csv", "recusals.csv", "visits.csv"];
const HEADERS = {
  "frame.csv": "label", "skips.csv": "round,label,reason", "selected.csv": "round,place,label",
  "inspectors.csv": "cert,team", "recusals.csv": "cert,object,reason", "visits.csv": "object,team,cert,round",
};
const { bytes, hex, unhex, sha, canonical, root, keyOf, ordered, picked } = globalThis.drawHashing;
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const whole = (text) => (/^(0|[1-9]\d{0,8})$/.test(text) ? Number(text) : refuse("form", text));
const less = (one, other) => (one < other ? -1 : Number(one > other));

class Refused extends Error {
  constructor(kind, at) {
    super(kind);
    this.fault = { kind, at };
  }
}

function refuse(kind, at) {
  throw new Refused(kind, at);
}

// --- reading ---------------------------------------------------------------------------------------------------------

function rowsOf(files, name) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(files.get(name));
  } catch {
    refuse(name === "frame.csv" ? "frame" : "form", name);
  }
  const [head, ...lines] = text.split("\n");
  if (head !== HEADERS[name] || lines.pop() !== "") refuse(name === "frame.csv" ? "frame" : "form", name);
  if (name === "frame.csv") return lines;
  const width = head.split(",").length;
  return lines.map((line) => {
    const cells = line.split(",");
    return cells.length === width ? cells : refuse("form", line);
  });
}

function read(files) {
  if (!files.has("draw.json")) refuse("form", "draw.json");
  const said = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(files.get("draw.json")));
  if (said.format !== "quanxin-draw-1") refuse("form", "draw.json");
  const { committed, randomness } = said, crew = committed.crew;
  for (const name of crew ? [...NAMES, ...CREW] : NAMES) if (!files.has(name)) refuse("form", name);
  const groups = randomness.outcomes.flatMap(({ numbers, value }) => [
    ...numbers.map((group) => [...group].sort((one, other) => one - other)), ...(value ? [[value.toUpperCase()]] : []),
  ]);
  if (randomness.secret !== null) groups.push([randomness.secret.toUpperCase()]);
  const text = groups.map((group) => `${group.map((one) => `${one}.`).join("")}/`).join("");
  if (text !== randomness.text) refuse("randomness", randomness.text);
  const label = (one) => (one.split("|").length === 3 ? one : refuse("form", one));
  return {
    said, committed, randomness, crew, codes: said.codes.map(unhex),
    frame: rowsOf(files, "frame.csv"),
    skips: rowsOf(files, "skips.csv").map(([round, one, reason]) => ({ round: whole(round), label: label(one), reason })),
    taken: rowsOf(files, "selected.csv").map(([round, place, one]) => [whole(round), whole(place), label(one)]),
    visits: crew ? rowsOf(files, "visits.csv").map(([...cells]) => [...cells.slice(0, 3), whole(cells[3])]) : [],
    pool: crew ? rowsOf(files, "inspectors.csv") : [],
    recusals: crew ? rowsOf(files, "recusals.csv") : [],
  };
}

// --- judging ---------------------------------------------------------------------------------------------------------

function quotaOf({ ratio, floor, ceiling }, size) {
  if (!/^(0(\.\d{1,12})?|1(\.0{1,12})?)$/.test(ratio)) refuse("form", ratio);
  const [units, parts = ""] = ratio.split(".");
  const over = 10n ** BigInt(parts.length);
  const share = Number((BigInt(units + parts) * BigInt(size) + over - 1n) / over);
  return Math.min(Math.max(share, floor), size, ceiling ?? size);
}

const chosen = (of, count) => {
  let bits = 0;
  for (let at = 0; at < count; at += 1) bits += Math.log2((of - at) / (at + 1));
  return bits;
};

function* fixedFaults({ sources, second, quotas, committed_on: day }, sizes) {
  const keys = new Set(sources.map(({ key }) => key));
  if (sources.length === 0 || keys.size < sources.length) yield ["source", ""];
  for (const one of sources) if (one.on <= day) yield ["source", one.key];
  const strata = new Set(quotas.map(({ stratum }) => stratum));
  for (const stratum of Object.keys(sizes)) if (!strata.has(stratum)) yield ["quota", stratum];
  if (strata.size < quotas.length || strata.size === 0) yield ["quota", ""];
  const given = sources.reduce((sum, one) => one.groups.reduce((all, [n, of]) => all + chosen(of, n), sum + one.beacon_bits), 0);
  const needed = quotas.reduce((sum, quota) => {
    const size = sizes[quota.stratum] ?? 0, n = quotaOf(quota, size), few = Math.min(n, size - n);
    return sum + (few > 128 ? 128 : chosen(size, few));
  }, 0);
  if (given + (second ? 256 : 0) < Math.min(needed, 128) - 1e-9) yield ["entropy", ""];
}

async function randomFaults({ committed: { sources, second, chain }, randomness: { outcomes, secret }, codes }) {
  const faults = [];
  if (!same(outcomes.map(({ source }) => source), sources.map(({ key }) => key))) faults.push(["source", ""]);
  else sources.forEach((source, at) => faults.push(...outcomeFaults(outcomes[at], source)));
  const digest = secret === null ? null : hex(await sha(unhex(secret)));
  if (digest !== (second?.digest ?? null)) faults.push(["randomness", ""]);
  if (codes.length === 0 || codes.length >= chain.length) faults.push(["reveal", ""]);
  let published = chain.anchor;
  for (const [turn, code] of codes.entries()) {
    if (hex(await sha(code)) !== published) return [...faults, ["reveal", String(turn)]];
    published = hex(code);
  }
  return faults;
}

function* outcomeFaults(came, source) {
  const fits = source.beacon_bits
    ? came.numbers.length === 0 && came.value.length * 4 === source.beacon_bits && /^[0-9a-f]+$/.test(came.value)
    : came.value === "" && came.numbers.length === source.groups.length && came.numbers.every((balls, at) => {
      const [count, of] = source.groups[at];
      return balls.length === count && new Set(balls).size === count && balls.every((one) => one >= 1 && one <= of);
    });
  if (came.on !== source.on || (source.issue && came.issue !== source.issue)) yield ["source", source.key];
  else if (!fits) yield ["randomness", source.key];
}

function* skipFaults({ committed: { reasons }, skips, codes }, frame, broken) {
  const seen = new Set();
  for (const { round, label, reason } of skips) {
    const known = Object.hasOwn(reasons, reason) && frame.has(label) && (broken || round < codes.length);
    if (!known || seen.has(label)) yield ["skip", label];
    seen.add(label);
  }
}

async function take({ committed, randomness, skips }, code, turn, taken, strata, tell) {
  const key = await keyOf(code, randomness.text), here = [];
  const gone = new Set(skips.filter(({ round }) => round <= turn).map(({ label }) => label));
  const held = taken.map(([, , label]) => label), out = new Set([...gone, ...held]);
  for (const quota of [...committed.quotas].sort((one, other) => less(one.stratum, other.stratum))) {
    const { stratum } = quota, labels = strata.get(stratum) ?? [];
    const standing = held.filter((label) => label.startsWith(`${stratum}|`) && !gone.has(label)).length;
    const wanted = Math.max(quotaOf(quota, labels.length) - standing, 0);
    const seed = `${randomness.text}${hex(code).toUpperCase()}./${stratum}./`;
    const queue = wanted === 0 ? [] : committed.method === "rfc3797"
      ? picked(seed, labels, wanted, out)
      : (await ordered(key, labels, "", tell)).filter((label) => !out.has(label)).slice(0, wanted);
    queue.forEach((label, at) => here.push([turn, at + 1, label]));
  }
  return here;
}

async function staff({ crew, pool, recusals, randomness }, code, turn, here, visits, tell) {
  const key = await keyOf(code, randomness.text), made = [...visits], items = new Map();
  for (const [, , label] of [...here].sort((one, other) => one[1] - other[1] || less(one[2], other[2]))) {
    const [, object, item] = label.split("|");
    items.set(object, [...(items.get(object) ?? []), item]);
  }
  for (const [object, own] of items) {
    const come = () => made.filter(([where]) => where === object);
    const had = new Set(come().map(([, team]) => team));
    const barred = new Set(recusals.filter(([, where]) => where === object).map(([cert]) => cert));
    for (const team of [...new Set(own.map((item) => crew.teams[item] ?? ""))].sort(less).filter((one) => !had.has(one))) {
      const there = new Set(come().map(([, , cert]) => cert));
      const free = pool.filter(([cert, of]) => of === team && !there.has(cert) && !barred.has(cert)
        && (crew.load === null || made.filter((one) => one[2] === cert).length < crew.load)).map(([cert]) => cert);
      const queue = await ordered(key, free, `insp|${object}|`, tell);
      made.push(...queue.slice(0, crew.each).map((cert) => [object, team, cert, turn]));
    }
  }
  return made;
}

function* compared(found, right, turn) {
  const of = (rows, stratum) => rows.filter(([, , label]) => label.startsWith(`${stratum}|`));
  for (const stratum of [...new Set([...found, ...right].map(([, , label]) => label.split("|")[0]))].sort(less)) {
    const own = of(right, stratum), given = of(found, stratum), at = own.findIndex((row, n) => !same(row, given[n]));
    if (own.length !== given.length) yield [turn ? "substitute" : "quota", stratum];
    else if (at >= 0) yield [turn ? "substitute" : "order", own[at][2]];
  }
}

async function outcomeOf(read, strata, tell) {
  const { taken, codes, crew, skips, committed, said } = read;
  let right = [], visits = [];
  for (const [turn, code] of codes.entries()) {
    const here = await take(read, code, turn, right, strata, tell);
    const faults = [...compared(taken.filter(([round]) => round === turn), here, turn)];
    if (faults.length > 0) return faults;
    if (crew) visits = await staff(read, code, turn, here, visits, tell);
    right = [...right, ...here];
  }
  if (!same(right, taken)) return [["order", "selected.csv"]];
  const faults = [], at = visits.findIndex((row, n) => !same(row, read.visits[n]));
  if (at >= 0 || visits.length !== read.visits.length) faults.push(["inspectors", (visits[at] ?? read.visits[visits.length])[0]]);
  const gone = new Set(skips.map(({ label }) => label));
  const counts = Object.fromEntries(committed.quotas.map((quota) => {
    const size = committed.frame.sizes[quota.stratum] ?? 0;
    const drawn = taken.filter(([, , label]) => label.startsWith(`${quota.stratum}|`) && !gone.has(label)).length;
    return [quota.stratum, { size, quota: quotaOf(quota, size), drawn }];
  }));
  if (canonical(counts) !== canonical(said.counts)) faults.push(["counts", ""]);
  return faults;
}

async function judged(files, before, tell) {
  const all = read(files), { said, committed, frame, crew } = all;
  const digest = hex(await sha(bytes(canonical(committed)))), strata = new Map();
  for (const label of frame) {
    const [stratum] = label.split("|");
    if (!strata.has(stratum)) strata.set(stratum, []);
    strata.get(stratum).push(label);
  }
  const sizes = Object.fromEntries([...strata].map(([stratum, labels]) => [stratum, labels.length]));
  const sorted = frame.every((label, at) => at === 0 || frame[at - 1] < label);
  const sound = sorted && canonical(sizes) === canonical(committed.frame.sizes)
    && hex(await root(frame, tell)) === committed.frame.root;
  const faults = digest === said.commitment && (!before || before === digest) ? [] : [["commitment", ""]];
  const random = await randomFaults(all);
  faults.push(...fixedFaults(committed, committed.frame.sizes), ...random);
  if (hex(await sha(files.get("skips.csv"))) !== said.files["skips.csv"]) faults.push(["skip", "skips.csv"]);
  if (sound) faults.push(...skipFaults(all, new Set(frame), random.some(([kind]) => kind === "reveal")));
  for (const name of crew ? ["inspectors", "recusals"] : []) {
    if (hex(await sha(files.get(`${name}.csv`))) !== crew[name]) faults.push(["inspectors", `${name}.csv`]);
  }
  if (!sound) faults.push(["frame", ""]);
  else if (!faults.some(([kind]) => ["source", "randomness", "reveal", "skip"].includes(kind))) {
    faults.push(...(await outcomeOf(all, strata, tell)));
  }
  const gone = new Set(all.skips.map(({ label }) => label));
  return { faults, digest, selected: all.taken.map(([, , label]) => label).filter((label) => !gone.has(label)) };
}

// Of files by their names: { faults: [[kind, where]], selected: [label], digest }. `tell` is given numbers of hashes made.
globalThis.verifyDraw = async (files, before, tell = () => {}) => {
  try {
    const verdict = await judged(files, before, tell);
    return { ...verdict, faults: [...new Map(verdict.faults.map((fault) => [String(fault), fault])).values()] };
  } catch (error) {
    const { kind, at } = error instanceof Refused ? error.fault : { kind: "form", at: "draw.json" };
    return { faults: [[kind, at]], selected: [], digest: "" };
  }
};
