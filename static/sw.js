// The service worker. It keeps only files that say nothing about anybody; personal pages always come from the network.
// DIGEST and SHELL stand above, written by the server.
"use strict";
importScripts(`/assets/${DIGEST}/js/outbox.js`);
const KEPT = `shell-${DIGEST}`;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(SHELL.map(kept))));
});

// assets change their name with their content, so what the page has just loaded is not loaded again
const kept = (url) => new Request(url, { credentials: "omit", cache: url.startsWith("/assets/") ? "default" : "reload" });

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("shell-") && name !== KEPT);
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});

// a newer worker takes over when a page opens, never in the middle of one
self.addEventListener("message", (event) => { if (event.data === "activate") self.skipWaiting(); });

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(navigate(event.request, address));
  else if (address.pathname.startsWith("/assets/")) event.respondWith(caches.match(event.request).then((kept) => kept ?? fetch(event.request)));
});

async function navigate(request, address) {
  try {
    return await fetch(request);
  } catch {
    const page = address.pathname.startsWith("/emergency") ? "emergency" : "offline";
    const said = address.pathname.match(/^\/(?:offline|emergency)\/(en|es)$/)?.[1];
    return caches.match(`/${page}/${said ?? await tongue()}`);
  }
}

async function tongue() {
  const known = await Outbox.fact("language") ?? navigator.language.slice(0, 2);
  return known === "es" ? "es" : "en";
}

self.addEventListener("sync", (event) => { if (event.tag === "outbox") event.waitUntil(Outbox.fact("owner").then((owner) => owner && Outbox.flush(owner))); });

// Show first, tell afterwards: a push that shows nothing costs the permission on some phones.
self.addEventListener("push", (event) => {
  const { notification } = event.data.json();
  const { title, navigate: url, ...options } = notification;
  const shown = self.registration.showNotification(title, { ...options, icon: `/assets/${DIGEST}/icons/icon-192.png`,
    badge: `/assets/${DIGEST}/icons/badge-96.png`, data: { ...options.data, url } });
  event.waitUntil(shown.then(() => receipt(options.data?.key, "shown")));
});

self.addEventListener("notificationclick", (event) => {
  const { key, url } = event.notification.data;
  event.notification.close();
  if (event.action === "done") event.waitUntil(answer(key, "done"));
  else if (event.action === "later") event.waitUntil(answer(key, "later"));
  else event.waitUntil(Promise.all([receipt(key, "opened"), openPage(url)]));
});

// Done and Later go through the outbox too: a tap without a network is not lost.
async function answer(key, verb) {
  const owner = await Outbox.fact("owner");
  if (!owner) return openPage(`/reminders/open/${key}`);
  const body = new URLSearchParams({ at: new Date().toISOString(), uuid: crypto.randomUUID() }).toString();
  const id = await Outbox.put({ owner, url: `/reminders/deliveries/${key}/${verb}`, body, title: verb });
  const outcome = (await Outbox.flush(owner))[id];
  if (verb === "done" && outcome?.location) await openPage(outcome.location);
}

async function openPage(url) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  for (const page of pages) {
    if (new URL(page.url).pathname === new URL(url, location.origin).pathname) return page.focus();
  }
  try {
    return await self.clients.openWindow(url);
  } catch {
    return undefined;   // refused without a tap, as in tests and on some phones: the app shows it when it is opened
  }
}

async function receipt(key, kind) {
  if (!key) return;
  await fetch(`/reminders/deliveries/${key}/receipts`, { method: "POST", body: new URLSearchParams({ kind }), keepalive: true }).catch(() => undefined);
}

self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil((async () => {
    const options = event.oldSubscription?.options;
    const fresh = event.newSubscription ?? (options && await self.registration.pushManager.subscribe(options));
    if (!fresh) return;
    const { endpoint, keys } = fresh.toJSON();
    await fetch("/reminders/devices", { method: "POST", body: new URLSearchParams({ endpoint, p256dh: keys.p256dh, auth: keys.auth }) });
  })());
});
