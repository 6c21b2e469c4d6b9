// The service worker. It keeps only files that say nothing about anybody; personal pages always come from the network.
// DIGEST (of the assets), VERSION (of all that is kept) and SHELL stand above, written by the server.
"use strict";
importScripts(`/assets/${DIGEST}/js/outbox.js`);
const KEPT = `shell-${VERSION}`;
const AWAY = [502, 503, 504];   // what a proxy says when we are away, and we when the database is
const URGENT = 1000, PATIENCE = 4000, LONG_PATIENCE = 30000, REMEMBERED = 300000;
const LATE = Symbol("late");

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then(async (cache) => cache.addAll((await spoken()).map(kept))));
});

// The forms weigh: they are kept in the language of the person, and emergency words in all.
const spoken = async () => { const ours = await tongue(); return SHELL.filter((name) => !name.startsWith("/offline/") || name.endsWith(`/${ours}`)); };

// assets change their name with their content, so what the page has just loaded is not loaded again
const kept = (url) => new Request(url, { credentials: "omit", cache: url.startsWith("/assets/") ? "default" : "reload" });

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("shell-") && name !== KEPT);
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});

// a newer worker takes over when a page opens, never in the middle of one
self.addEventListener("message", (event) => {
  if (event.data === "activate") self.skipWaiting();
  if (event.data === "language") event.waitUntil(bring());
});

// A person may choose another language.
async function bring() {
  const cache = await caches.open(KEPT), page = `/offline/${await tongue()}`;
  if (!await cache.match(page)) await cache.add(kept(page));
}

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(navigate(event.request, address));
  else if (address.pathname.startsWith("/assets/")) event.respondWith(caches.match(event.request).then((kept) => kept ?? fetch(event.request)));
});

// Whoever has waited for a while, or finds us away, is offered the page that needs no network.
async function navigate({ headers, referrer }, address) {
  const giving = new AbortController();
  // not from the browser's cache, where a second request for the same page would wait for the first one
  const answer = fetch(address, { headers, referrer, credentials: "same-origin", redirect: "manual", cache: "no-store", signal: giving.signal });
  const coming = answer.then((response) => AWAY.includes(response.status) ? undefined : response);
  const page = address.pathname.startsWith("/emergency") ? "emergency" : "offline";
  let come = await within(page === "emergency" ? URGENT : PATIENCE, coming);
  if (come === LATE && page === "offline") come = await waited(address, coming);
  if (come && come !== LATE) return come;
  const said = address.pathname.match(/^\/(?:offline|emergency)\/(en|es)$/)?.[1];
  const known = await form(page, said ?? await tongue());
  if (known) giving.abort();
  return known ?? answer;
}

// The page in this language, else in one that is here.
async function form(page, language) {
  const cache = await caches.open(KEPT);
  return await cache.match(`/${page}/${language}`) ?? (await cache.matchAll()).find(({ url }) => new URL(url).pathname.startsWith(`/${page}/`));
}

// What comes within the time; LATE, or undefined when nothing will come.
const within = (time, coming) => Promise.race([coming.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, time, LATE))]);

// Whoever asks for the same page once more waits longer. If it comes, we are only slow, and all pages are waited for so.
async function waited(address, coming) {
  try {
    const slow = await Outbox.fact("slow");
    const again = slow && [address.href, "all"].includes(slow.url) && Date.now() - slow.at < REMEMBERED;
    const come = again ? await within(LONG_PATIENCE, coming) : LATE;
    await Outbox.remember("slow", { url: come === LATE ? address.href : "all", at: Date.now() });
    return come;
  } catch {
    return within(LONG_PATIENCE, coming);   // nothing can be remembered here
  }
}

async function tongue() {
  const known = await Outbox.fact("language").catch(() => undefined) ?? navigator.language.slice(0, 2);
  return known === "es" ? "es" : "en";
}

self.addEventListener("sync", (event) => { if (event.tag === "outbox") event.waitUntil(sendRest()); });

// What fails here is tried again by the browser, so this fails until all is sent.
async function sendRest() {
  const owner = await Outbox.fact("owner");
  if (!owner) return;
  await send(owner);
  if ((await Outbox.letters(owner)).some((letter) => letter.state === "waiting")) throw new Error("not everything is sent yet");
}

// Pages that are open are told, so that they show it.
async function send(owner) {
  const outcomes = await Outbox.flush(owner);
  for (const page of await self.clients.matchAll({ type: "window" })) page.postMessage("sent");
  return outcomes;
}

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
  if (["done", "later"].includes(event.action)) event.waitUntil(answer(event.notification, event.action).catch(() => openPage(url)));
  else event.waitUntil(Promise.all([receipt(key, "opened"), openPage(url)]));
});

// Done and Later go through the outbox too: a tap without a network is not lost.
async function answer({ title, actions, data: { key } }, verb) {
  const owner = await Outbox.fact("owner");
  if (!owner) return openPage(`/reminders/open/${key}`);
  const body = new URLSearchParams({ at: new Date().toISOString(), uuid: crypto.randomUUID() }).toString();
  const label = actions.find(({ action }) => action === verb).title;   // as the person read it
  const id = await Outbox.put({ owner, url: `/reminders/deliveries/${key}/${verb}`, body, title: `${title}: ${label}` });
  const outcome = (await send(owner))[id];
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
