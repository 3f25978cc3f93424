// The page that verifies a draw: files are chosen, read and judged here, and sent nowhere.

const at = (id) => document.getElementById(id);
const texts = JSON.parse(at("draw-texts").textContent);
const filled = (text, count) => text.replace("{count}", count.toLocaleString(document.documentElement.lang));
const SHOWN = 500; // names; all of them stand in the file

function row(label) {
  const made = document.createElement("tr");
  const titles = [...document.querySelectorAll("#draw-verdict thead th")].map((one) => one.textContent);
  label.split("|").forEach((text, place) => {
    const cell = document.createElement("td");
    cell.dataset.label = titles[place];
    cell.textContent = text;
    made.append(cell);
  });
  return made;
}

function show({ faults, selected, digest }) {
  const sound = faults.length === 0;
  at("draw-said").textContent = sound ? texts.sound : texts.wrong;
  at("draw-said").dataset.sound = sound;
  at("draw-faults").replaceChildren(...faults.map(([kind, where]) => {
    const made = document.createElement("li");
    made.dataset.kind = kind;
    made.textContent = texts.faults[kind] + (where && texts.colon + where);
    return made;
  }));
  at("draw-committed").textContent = digest && texts.digest + digest;
  at("draw-count").textContent = filled(texts.drawn, selected.length);
  at("draw-names").replaceChildren(...selected.slice(0, SHOWN).map(row));
  at("draw-more").textContent = selected.length > SHOWN ? filled(texts.more, selected.length - SHOWN) : "";
  at("draw-verdict").hidden = false;
  at("draw-verdict").focus();
}

// Counts hashes, and lets the page breathe.
function counting() {
  let done = 0, shown = 0;
  return async (count) => {
    done += count;
    if (done - shown < 16384) return;
    shown = done;
    at("draw-progress").textContent = filled(texts.working, done);
    await new Promise((go) => { setTimeout(go); });
  };
}

at("verify-draw").addEventListener("submit", async (event) => {
  event.preventDefault();
  const chosen = [...at("draw-files").files], button = event.target.querySelector("button");
  at("draw-verdict").hidden = true;
  if (!globalThis.crypto?.subtle || chosen.length === 0) {
    at("draw-progress").textContent = globalThis.crypto?.subtle ? texts.nothing : texts.insecure;
    return;
  }
  button.disabled = true;
  at("draw-progress").textContent = filled(texts.working, 0);
  try {
    const read = async (file) => [file.name, new Uint8Array(await file.arrayBuffer())];
    const files = new Map(await Promise.all(chosen.map(read)));
    show(await globalThis.verifyDraw(files, at("draw-digest").value.trim().toLowerCase(), counting()));
    at("draw-progress").textContent = texts.done;
  } finally {
    button.disabled = false;
  }
});
