// What the device keeps for its inspector: tasks, drafts, and results that wait to be sent. One database, of one account.

const store = (() => {
  const NAME = "quanxin-field";
  let opened;

  function open() {
    opened ??= new Promise((resolve, reject) => {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => {
        for (const name of ["kept", "drafts", "outbox"]) asked.result.createObjectStore(name);
      };
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
    return opened;
  }

  async function within(name, mode, act) {
    const database = await open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(name, mode);
      const asked = act(transaction.objectStore(name));
      transaction.oncomplete = () => resolve(asked?.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  }

  return {
    get: (name, key) => within(name, "readonly", (held) => held.get(key)),
    all: (name) => within(name, "readonly", (held) => held.getAll()),
    put: (name, key, value) => within(name, "readwrite", (held) => held.put(value, key)),
    drop: (name, key) => within(name, "readwrite", (held) => held.delete(key)),
    async clear() {
      for (const name of ["kept", "drafts", "outbox"]) await within(name, "readwrite", (held) => held.clear());
      for (const name of await caches?.keys?.() ?? []) await caches.delete(name);
    },
  };
})();

// Sending: what waits goes in its order, each with its own number, until the server has it or says no.
const outbox = (() => {
  const page = document.body.dataset.page;
  let sending = false;
  let wanted = 0; // how often it was asked for: who asks while something is being sent, or fails to be, is not forgotten

  class SignedOut extends Error {}

  async function refresh() {
    const answer = await fetch(document.body.dataset.tasks, { redirect: "manual", cache: "no-store" });
    if (answer.type === "opaqueredirect" || answer.status === 403) throw new SignedOut();
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  function body(entry, token) {
    const form = new FormData();
    form.set("csrfmiddlewaretoken", token);
    for (const [key, value] of Object.entries(entry.form)) form.set(key, value);
    if (entry.kind === "send") form.set("sent", entry.id);
    for (const photo of entry.photos ?? []) form.append("photo", photo.blob, photo.name);
    return form;
  }

  async function one(entry, token) {
    const address = `${page}${encodeURIComponent(entry.number)}/${entry.kind}`;
    const answer = await fetch(address, { method: "POST", body: body(entry, token), redirect: "manual" });
    if (answer.type === "opaqueredirect") throw new SignedOut();
    if (answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status));
    const said = await answer.json().catch(() => ({ said: String(answer.status) }));
    if (answer.ok) {
      entry.state = "sent";
      entry.said = said.result ?? "";
      if (entry.kind === "begin") await store.drop("outbox", entry.id);
      else await store.put("outbox", entry.id, { ...entry, photos: [], form: {} });
      if (entry.kind === "send") await store.drop("drafts", entry.key);
    } else {
      await store.put("outbox", entry.id, { ...entry, state: "refused", said: said.said, code: said.code });
    }
  }

  // Send what waits. Returns {owner, tasks} of the server; throws SignedOut, or what the network threw.
  async function flush(owner) {
    wanted += 1;
    if (sending) return null;
    sending = true;
    try {
      for (;;) {
        const seen = wanted;
        try {
          const fresh = await sent(owner);
          if (seen === wanted) return fresh;
        } catch (error) {
          if (seen === wanted) throw error;
        }
      }
    } finally {
      sending = false;
    }
  }

  async function sent(owner) {
    const fresh = await refresh();
    if (owner && fresh.owner !== owner) return fresh;
    const waiting = (await store.all("outbox")).filter((entry) => entry.state === "waiting");
    waiting.sort((a, b) => a.at - b.at);
    for (const entry of waiting) await one(entry, fresh.token);
    return waiting.length ? refresh() : fresh;
  }

  const add = (entry) => store.put("outbox", entry.id, { ...entry, state: "waiting", at: Date.now() });
  return { add, flush, SignedOut };
})();
