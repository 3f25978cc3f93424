// The inspector's page: the tasks of today, and each from the door to the result, with or without a network.

const W = JSON.parse(document.getElementById("words").textContent);
const main = document.getElementById("main");
const network = document.getElementById("network");
const MOST_PHOTOS = 8;
const LONGEST = 1600; // pixels of a photo's longer side
const CODE = /[0-9A-HJ-NP-RTUW-Y]{18}/;

let owner = "";
let tasks = [];
let here = null; // the key of the task that is open

function el(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(given)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key in made && typeof value !== "string") made[key] = value;
    else if (value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const say = (where, words, kind = "problem") => where.replaceChildren(el("p", { class: kind, role: "alert" }, words));

// --- the list ---

async function list() {
  here = null;
  const waits = await store.all("outbox");
  const state = (task) => {
    const found = waits.filter((one) => one.key === task.key && one.kind === "send").at(-1) ?? waits.find((one) => one.key === task.key);
    if (found) return found.kind === "begin" && found.state === "waiting" ? "begun" : found.state;
    return task.found ? "again" : task.begun_at ? "begun" : null;
  };
  const done = waits.filter((one) => one.kind === "send" && !tasks.some((task) => task.key === one.key));
  main.replaceChildren(
    el("h1", {}, document.title.split(" · ")[0]),
    tasks.length || done.length ? null : el("p", {}, W.none),
    el(
      "ul",
      {},
      ...tasks.map((task) => {
        const how = state(task);
        return el(
          "li",
          { class: "task" },
          el(
            "button",
            { type: "button", onclick: () => open(task) },
            el("strong", {}, task.name),
            el("small", {}, `${task.items.map((item) => item.title).join("、")} · ${W.until} ${task.to}`),
            how ? el("div", {}, el("span", { class: `mark ${how}` }, W[how] ?? how)) : null,
          ),
        );
      }),
      ...done.map((one) => el("li", { class: "task" }, el("strong", {}, one.name), note(one))),
    ),
  );
}

function note(entry) {
  const said = entry.state === "sent" ? `${W.done}${entry.said}` : entry.state === "refused" ? `${W.conflict}${entry.said}` : W.kept;
  const drop = entry.state === "waiting" ? null : el("button", { type: "button", onclick: () => forget(entry) }, W.drop);
  return el("div", { class: entry.state }, el("p", {}, said), drop);
}

async function forget(entry) {
  await store.drop("outbox", entry.id);
  await store.drop("drafts", entry.key);
  await list();
}

// --- a task ---

async function open(task) {
  here = task.key;
  const draft = (await store.get("drafts", task.key)) ?? { answers: {}, form: {}, photos: [], signature: null };
  const waits = (await store.all("outbox")).filter((one) => one.key === task.key);
  const sent = waits.find((one) => one.kind === "send");
  const begun = task.found || task.begun_at || draft.begun_at;
  const keep = () => store.put("drafts", task.key, draft);
  main.replaceChildren(
    el("button", { type: "button", onclick: list }, W.back),
    el("h1", {}, task.name),
    el(
      "section",
      {},
      el(
        "dl",
        {},
        ...[
          [W.code, task.code],
          [W.until, `${task.from} – ${task.to}`],
          [W.why, `${task.why} · ${task.reason}`],
          ...(task.found ? [[W.found, task.found]] : []),
          [W.inspectors, task.inspectors.join("、")],
          [W.basis, task.items.flatMap((item) => item.basis).join("；")],
        ].flatMap(([term, said]) => [el("dt", {}, term), el("dd", {}, said)]),
      ),
    ),
    sent ? el("section", {}, note(sent), sent.state === "refused" && sent.code !== "sent-before" ? el("button", { type: "button", onclick: () => edit(task, sent) }, W.edit) : null) : begun ? form(task, draft, keep) : door(task, draft, keep),
  );
  main.focus();
}

async function edit(task, entry) {
  await store.drop("outbox", entry.id);
  await open(task);
}

// The door: by the enterprise's code, scanned or typed. When, and how, is kept at once and sent when it can be.
function door(task, draft, keep) {
  const said = el("div");
  const typed = el("input", { id: "code", autocomplete: "off", autocapitalize: "characters", maxlength: "40" });
  let scanned = "";
  const picture = el("input", { id: "scan", type: "file", accept: "image/*", capture: "environment", onchange: scan });
  async function scan() {
    try {
      const found = await new BarcodeDetector({ formats: ["qr_code", "code_128", "data_matrix"] }).detect(await createImageBitmap(picture.files[0]));
      scanned = found.map((one) => one.rawValue.toUpperCase().match(CODE)?.[0]).find(Boolean) ?? "";
    } catch {
      scanned = "";
    }
    if (scanned) typed.value = scanned;
    else say(said, W.no_code);
  }
  async function begin() {
    const code = typed.value.trim().toUpperCase();
    if (code !== task.code) return say(said, W.other_code);
    draft.begun_at = new Date().toISOString();
    draft.form = { ...draft.form, code, by_code: scanned === code ? "1" : "0", begun_at: draft.begun_at };
    await keep();
    const { by_code, begun_at } = draft.form;
    await outbox.add({ id: crypto.randomUUID(), kind: "begin", number: task.number, key: task.key, name: task.name, form: { code, by_code, begun_at } });
    await open(task);
    await sync();
  }
  return el(
    "section",
    {},
    el("h2", {}, W.begin),
    "BarcodeDetector" in window ? el("div", {}, el("label", { for: "scan" }, W.scan), picture) : null,
    el("label", { for: "code" }, W.code),
    typed,
    said,
    el("button", { type: "button", class: "main", onclick: begin }, W.begin),
  );
}

// --- the form ---

function field(one, value, change) {
  const id = `f-${Math.random().toString(36).slice(2)}`;
  const title = one.title + (one.required ? "" : "");
  if (one.type === "boolean") {
    const radio = (said, words) =>
      el("label", {}, el("input", { type: "radio", name: id, value: said, checked: value === said, onchange: () => change(said) }), words);
    return el("fieldset", {}, el("legend", {}, title), radio("1", W.yes), radio("0", W.no));
  }
  const given = { id, onchange: (event) => change(event.target.value), oninput: (event) => change(event.target.value) };
  if (one.most) given.maxlength = String(one.most);
  let made;
  if (one.options.length) {
    made = el("select", given, el("option", { value: "" }, W.choose), ...one.options.map(([key, words]) => el("option", { value: key }, words)));
  } else if (one.type === "text" && (one.most ?? 61) > 60) made = el("textarea", given);
  else made = el("input", { ...given, type: one.type === "date" ? "date" : "text", inputmode: /integer|decimal|money/.test(one.type) ? "decimal" : undefined });
  made.value = value ?? "";
  return el("div", {}, el("label", { for: id }, title), made);
}

function form(task, draft, keep) {
  const said = el("div");
  const results = el("div");
  const asks = el("div");
  const items = el("div");
  const chosen = () => task.results.find((one) => one.key === draft.form.act);

  function show() {
    const result = chosen();
    items.hidden = Boolean(result) && !result.form;
    asks.replaceChildren(
      ...(result?.asks ?? []).map((one) => field(one, draft.form[one.key], (value) => { draft.form[one.key] = value; keep(); })),
      result?.reason ? field({ title: result.reason, type: "text", most: 2000, options: [], required: result.reason_required }, draft.form.reason, (value) => { draft.form.reason = value; keep(); }) : "",
    );
  }
  for (const item of task.found ? [] : task.items) {
    draft.answers[item.key] ??= {};
    const answers = draft.answers[item.key];
    items.append(
      el("section", {}, el("h2", {}, `${W.form} · ${item.title}`), ...item.form.map((one) => field(one, answers[one.key], (value) => { answers[one.key] = value; keep(); }))),
    );
  }
  results.append(
    field({ title: W.result, type: "code", options: task.results.map((one) => [one.key, one.title]), required: true }, draft.form.act, (value) => { draft.form.act = value; keep(); show(); }),
  );
  show();

  function lacking() {
    const result = chosen();
    if (!result) return W.result;
    for (const item of result.form ? task.items : [])
      for (const one of item.form) if (one.required && !draft.answers[item.key][one.key]) return one.title;
    for (const one of result.asks) if (one.required && !draft.form[one.key]) return one.title;
    if (result.reason_required && !draft.form.reason?.trim()) return result.reason;
    if (!(draft.form.signer?.trim() && draft.signature) && !draft.form.unsigned?.trim()) return W.signature;
    return "";
  }
  async function send() {
    await written; // whoever signs and sends at once has signed
    const what = lacking();
    if (what) return say(said, W.missing + what);
    const photos = [...draft.photos];
    if (draft.signature && draft.form.signer) photos.push({ name: "signature.png", blob: draft.signature });
    draft.id ??= crypto.randomUUID();
    await keep();
    const sent = { ...draft.form, answers: JSON.stringify(draft.answers) };
    await outbox.add({ id: draft.id, kind: "send", number: task.number, key: task.key, name: task.name, form: sent, photos });
    await open(task);
    await sync();
  }
  return el("div", {}, items, pictures(draft, keep), signing(draft, keep), el("section", {}, results, asks, said, el("button", { type: "button", class: "main", onclick: send }, W.send)));
}

// --- photos: drawn anew, so that nothing but the picture is left ---

async function redrawn(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = el("canvas", { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.82));
  return { blob, name: `${new Date().toISOString().replace(/\D/g, "").slice(0, 17)}.jpg`, preview: canvas.toDataURL("image/jpeg", 0.3) };
}

function pictures(draft, keep) {
  const said = el("div");
  const shown = el("div", { class: "photos" });
  const chosen = el("input", { id: "photos", type: "file", accept: "image/*", capture: "environment", multiple: true, onchange: add });
  function show() {
    shown.replaceChildren(
      ...draft.photos.map((photo, at) =>
        el("div", {}, el("img", { src: photo.preview, alt: `${W.photos} ${at + 1}` }), el("button", { type: "button", "aria-label": `${W.remove} ${W.photos} ${at + 1}`, onclick: () => { draft.photos.splice(at, 1); keep(); show(); } }, W.remove)),
      ),
    );
  }
  async function add() {
    said.replaceChildren();
    for (const file of chosen.files) {
      if (draft.photos.length >= MOST_PHOTOS) say(said, W.too_many);
      else {
        try {
          draft.photos.push(await redrawn(file));
        } catch {
          say(said, W.no_photo + file.name);
        }
      }
    }
    chosen.value = "";
    await keep();
    show();
  }
  show();
  return el("section", {}, el("h2", {}, W.photos), el("p", { class: "soft" }, W.photo_note), el("label", { for: "photos" }, W.add_photo), chosen, said, shown);
}

// --- the signature ---

let written = Promise.resolve(); // the picture of the last stroke: a canvas takes a while to make one

function signing(draft, keep) {
  const canvas = el("canvas", { width: 720, height: 260, tabindex: "0", role: "img", "aria-label": W.sign_here });
  const pen = canvas.getContext("2d");
  let down = false;
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
  };
  const blank = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.lineWidth = 4;
    pen.lineCap = "round";
    pen.strokeStyle = "#18292c";
  };
  blank();
  if (draft.signature) createImageBitmap(draft.signature).then((picture) => pen.drawImage(picture, 0, 0));
  canvas.addEventListener("pointerdown", (event) => {
    down = true;
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!down) return;
    pen.lineTo(...at(event));
    pen.stroke();
  });
  canvas.addEventListener("pointerup", () => {
    down = false;
    written = new Promise((resolve) => {
      canvas.toBlob((blob) => {
        draft.signature = blob;
        keep().finally(resolve);
      }, "image/png");
    });
  });
  const clear = () => {
    blank();
    draft.signature = null;
    keep();
  };
  const line = (key, title) => field({ title, type: "text", most: key === "signer" ? 60 : 200, options: [] }, draft.form[key], (value) => { draft.form[key] = value; keep(); });
  return el("section", {}, el("h2", {}, W.signature), line("signer", W.signer), canvas, el("button", { type: "button", onclick: clear }, W.clear), line("unsigned", W.unsigned));
}

// --- the network ---

async function sync() {
  const open_ = tasks.find((task) => task.key === here);
  try {
    const fresh = await outbox.flush(owner);
    if (!fresh) return;
    if (owner && fresh.owner !== owner) return others(fresh);
    ({ owner, tasks } = fresh);
    document.querySelector("#sign-out input").value = fresh.token;
    await store.put("kept", "tasks", { owner, tasks });
    network.className = "";
    network.textContent = W.online;
  } catch (error) {
    network.className = "off";
    network.textContent = error instanceof outbox.SignedOut ? `${W.sign_in} ` : W.offline;
    if (error instanceof outbox.SignedOut) network.append(el("a", { href: document.body.dataset.signIn }, W.sign_in_link));
  }
  if (!here) await list();
  else if (await stale()) await open(tasks.find((task) => task.key === here) ?? open_);
}

// A page that is being filled in is not drawn anew under one's fingers: only what was sent is.
async function stale() {
  return (await store.all("outbox")).some((one) => one.key === here && one.kind === "send");
}

// Another account is signed in: what is kept is not its own.
async function others(fresh) {
  const waiting = (await store.all("outbox")).filter((one) => one.state === "waiting" && one.kind === "send");
  const go = async () => {
    await store.clear();
    owner = "";
    here = null;
    await sync();
  };
  if (!waiting.length) return go();
  tasks = [];
  main.replaceChildren(el("h1", {}, `${W.others}${waiting.length}`), el("p", {}, W.others_note), el("button", { type: "button", onclick: go }, `${W.go_on} (${fresh.owner.replace("user:", "")})`));
}

document.getElementById("sign-out").addEventListener("submit", async (event) => {
  event.preventDefault();
  const left = (await store.all("outbox")).some((one) => one.state === "waiting");
  if (left && !confirm(W.unsent)) return;
  await store.clear();
  for (const one of await navigator.serviceWorker?.getRegistrations() ?? []) if (one.scope.endsWith(document.body.dataset.page)) await one.unregister();
  event.target.submit();
});

addEventListener("online", sync);
addEventListener("offline", sync);
// A phone does not always tell that it has a network again.
setInterval(async () => {
  if ((await store.all("outbox")).some((one) => one.state === "waiting")) await sync();
}, 15000);
(async () => {
  const kept = await store.get("kept", "tasks");
  if (kept) ({ owner, tasks } = kept);
  await list();
  await navigator.serviceWorker?.register(document.body.dataset.worker, { scope: document.body.dataset.page });
  await sync();
})();
