// Hashes for draws: SHA-256 and HMAC by the browser, the tree of RFC 6962, the picks of RFC 3797.
// Invariant: many are asked for at a time, and `tell` hears how many were made, so that a page stays alive.

const STEP = 4096; // hashes that are asked for at a time
const encoder = new TextEncoder();
const bytes = (text) => encoder.encode(text);
const hex = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const sha = async (data) => new Uint8Array(await crypto.subtle.digest("SHA-256", data));

async function inSteps(list, hash, tell) {
  const made = [];
  for (let at = 0; at < list.length; at += STEP) {
    made.push(...(await Promise.all(list.slice(at, at + STEP).map(hash))));
    await tell(Math.min(STEP, list.length - at));
  }
  return made;
}

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

const prefixed = (prefix, ...parts) => {
  const made = new Uint8Array(1 + parts.reduce((sum, part) => sum + part.length, 0));
  made[0] = prefix;
  let at = 1;
  for (const part of parts) {
    made.set(part, at);
    at += part.length;
  }
  return made;
};

async function root(labels, tell) {
  let level = await inSteps(labels, (label) => sha(prefixed(0, bytes(label))), tell);
  if (level.length === 0) return sha(new Uint8Array());
  while (level.length > 1) {
    const pairs = Array.from({ length: level.length >> 1 }, (_, at) => [level[2 * at], level[2 * at + 1]]);
    const above = await inSteps(pairs, ([left, right]) => sha(prefixed(1, left, right)), tell);
    if (level.length % 2) above.push(level.at(-1));
    level = above;
  }
  return level[0];
}

const keyed = (raw) => crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
const keyOf = async (code, text) => new Uint8Array(await crypto.subtle.sign("HMAC", await keyed(code), bytes(text)));

async function ordered(key, labels, before, tell) {
  const signing = await keyed(key);
  const orders = await inSteps(labels, (one) => crypto.subtle.sign("HMAC", signing, bytes(`${before}${one}\u0001`)), tell);
  const pairs = labels.map((label, at) => [label, new Uint8Array(orders[at])]);
  pairs.sort(([, one], [, other]) => {
    for (let at = 0; at < 32; at += 1) if (one[at] !== other[at]) return one[at] - other[at];
    return 0;
  });
  return pairs.map(([label]) => label);
}

// MD5, which browsers do not have: for draws by RFC 3797 alone.
const TURNS = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
const SINES = Array.from({ length: 64 }, (_, at) => Math.floor(2 ** 32 * Math.abs(Math.sin(at + 1))) | 0);

function md5(data) {
  const size = ((data.length + 8) >> 6) + 1;
  const padded = new Uint8Array(size * 64);
  padded.set(data);
  padded[data.length] = 0x80;
  const words = new DataView(padded.buffer);
  words.setUint32(size * 64 - 8, data.length * 8, true);
  const state = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476];
  for (let block = 0; block < size; block += 1) {
    let [a, b, c, d] = state;
    for (let at = 0; at < 64; at += 1) {
      const round = at >> 4;
      const mixed = [(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)][round];
      const place = [at, 5 * at + 1, 3 * at + 5, 7 * at][round] % 16;
      const sum = (a + mixed + SINES[at] + words.getInt32(block * 64 + place * 4, true)) | 0;
      const by = TURNS[round][at % 4];
      [a, d, c, b] = [d, c, b, (b + ((sum << by) | (sum >>> (32 - by)))) | 0];
    }
    [a, b, c, d].forEach((value, at) => { state[at] = (state[at] + value) | 0; });
  }
  const out = new DataView(new ArrayBuffer(16));
  state.forEach((value, at) => out.setInt32(at * 4, value, true));
  return new Uint8Array(out.buffer);
}

function picked(text, labels, wanted, without) {
  const rest = [...labels], found = [], key = bytes(text);
  for (let turn = 0; rest.length > 0 && found.length < wanted; turn += 1) {
    const count = [turn >> 8, turn & 255];
    const number = BigInt(`0x${hex(md5(Uint8Array.from([...count, ...key, ...count])))}`);
    const [label] = rest.splice(Number(number % BigInt(rest.length)), 1);
    if (!without.has(label)) found.push(label);
  }
  return found;
}

globalThis.drawHashing = { bytes, hex, unhex, sha, canonical, root, keyOf, ordered, picked };
