// Keeps the inspector's page, so that it opens without a network. SHELL comes from the address that serves this file.

const CACHE = `field ${SHELL.join(" ")}`;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(SHELL))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

// The page comes from the network where there is one: whoever is signed out is led to sign in. Its files, named by what
// they hold, come from here. Nothing else is answered, and nothing that names anybody is kept.
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname } = new URL(request.url);
  if (request.method !== "GET" || !SHELL.includes(pathname)) return;
  if (pathname !== SHELL[0]) {
    event.respondWith(caches.match(request, { ignoreSearch: true }).then((found) => found || fetch(request)));
  } else if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(SHELL[0])));
  }
});
