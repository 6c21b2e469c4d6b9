// The outbox: everything a person writes goes in here first, sealed, and leaves only when the server has it.
// One file for pages and the service worker, so it is a classic script. A letter is a form: where to, whose, and what.
// Its state is `waiting`, `sign-in` (its owner must sign in first) or `look` (a person must look, it is not sent again).
"use strict";
self.Outbox = (() => {
  const DATABASE = "companion", VERSION = 1;
  const AWAY = [0, 401, 429, 502, 503, 504];   // nothing else would get through now either
  const SEALED = "sealed";   // in place of a status: its key is gone, nobody can read it
  const REFUSED = [400, 404, 409, 413, 422, SEALED];   // sending again would not help
  const GONE = 410;   // its account was erased: nothing of it stays here either
  const TRIES = 3, PATIENCE = 15000, REMEMBERED = 20;
  let opened;

  // Each letter is sent under one lock, in the order it was written. One that is refused, or that the server breaks on
  // again and again, is put aside and holds up no other. Returns {id: {status, location, html, state}} of this round.
  async function flush(owner) {
    return navigator.locks.request("outbox", async () => {
      const outcomes = {};
      for (const letter of await letters(owner)) {
        if (letter.state === "look") continue;
        const outcome = outcomes[letter.id] = await send(letter);
        if (outcome.status === GONE) { await wipe(owner); break; }
        if (outcome.status >= 200 && outcome.status < 300) { await arrive(letter.id, outcome.location); continue; }
        const known = judge(letter, outcome.status);
        outcome.state = known.state;
        await change(letter.id, known);
        if (AWAY.includes(outcome.status)) break;
      }
      return outcomes;
    });
  }

  function judge({ state, tries = 0 }, status) {
    if (status === 401) return { state: "sign-in" };
    if (AWAY.includes(status)) return { state };
    return { status, tries: tries + 1, state: REFUSED.includes(status) || tries + 1 >= TRIES ? "look" : "waiting" };
  }

  // `fragment`: ask for the part that replaces the form's surroundings instead of an address.
  async function put({ id = crypto.randomUUID(), owner, url, body, fragment = false, title = "" }) {
    const kept = await encrypt({ body, title });
    await ask("letters", "readwrite", (store) => store.put({ id, owner: String(owner), url, fragment, ...kept, written: Date.now(), state: "waiting" }));
    wake().catch(() => undefined);
    return id;
  }

  // Background Sync, where there is one: the browser sends what is left when the network is back and no page is open.
  async function wake() {
    const registration = self.registration ?? await navigator.serviceWorker.getRegistration();
    await registration.sync.register("outbox");
  }

  async function letters(owner) {
    const all = await ask("letters", "readonly", (store) => store.getAll());
    return all.filter((letter) => letter.owner === String(owner)).sort((a, b) => a.written - b.written);
  }

  async function send(letter) {
    const ours = await key();
    const plain = await decrypt(letter, ours).catch(() => undefined);
    if (!plain) return { status: SEALED };
    const headers = { "Content-Type": "application/x-www-form-urlencoded", "X-Outbox": letter.owner };
    if (letter.fragment) headers["HX-Request"] = "true";
    try {
      // whoever is led elsewhere has not arrived: `manual` answers with the status 0
      const answer = await fetch(letter.url, { method: "POST", body: plain.body, headers, credentials: "same-origin",
        cache: "no-store", redirect: "manual", signal: AbortSignal.timeout?.(PATIENCE) });
      return { status: answer.status, location: answer.headers.get("Location"), html: await answer.text() };
    } catch {
      return { status: 0 };   // no network, or the server is away: it stays
    }
  }

  // The last letters that arrived are remembered by id, time and where to, so that other pages of this phone know.
  async function arrive(id, location) {
    await remove(id);
    await remember("arrived", [...await arrived(), { id, at: Date.now(), location }].slice(-REMEMBERED));
  }

  const arrived = async () => await fact("arrived") ?? [];
  // Whether anything has arrived since `since`, apart from what is `shown` already.
  const news = async (since, shown) => (await arrived()).some(({ id, at }) => at > since && !shown.has(id));

  // What became of a letter that another tab or the worker has sent: an outcome as those of `flush`, without html.
  async function fate(id) {
    const known = (await arrived()).find((letter) => letter.id === id);
    return known ? { status: 201, location: known.location } : await ask("letters", "readonly", (store) => store.get(id)) ?? { status: 0 };
  }

  const open = async (letter) => decrypt(letter, await key());
  const remove = (id) => ask("letters", "readwrite", (store) => store.delete(id));
  const retry = (id) => change(id, { state: "waiting" });

  // only a letter that is still there: whoever signs out meanwhile leaves none behind
  const change = (id, known) => ask("letters", "readwrite", (store) => {
    const found = store.get(id);
    found.onsuccess = () => found.result && store.put({ ...found.result, ...known });
    return found;
  });

  // Small facts of this phone: who was here last, the language, the sealed snapshot.
  const fact = (name) => ask("facts", "readonly", (store) => store.get(name));
  const remember = (name, value) => ask("facts", "readwrite", (store) => value === undefined ? store.delete(name) : store.put(value, name));
  const seal = async (name, value) => remember(name, await encrypt(value));

  async function unseal(name) {
    const kept = await fact(name);
    return kept ? open(kept) : undefined;
  }

  // In one go: should the page close in the middle, no letter is left without its key.
  async function wipe(owner) {
    await ask(["letters", "keys", "facts"], "readwrite", (letters, keys, facts) => {
      const all = letters.getAll();
      all.onsuccess = () => {
        const own = all.result.filter((letter) => letter.owner === String(owner));
        for (const letter of own) letters.delete(letter.id);
        if (own.length === all.result.length) keys.clear();
        facts.clear();
      };
      return all;
    });
  }

  async function encrypt(value) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { iv, sealed: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(), new TextEncoder().encode(JSON.stringify(value))) };
  }

  async function decrypt({ iv, sealed }, ours) {
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, ours, sealed)));
  }

  async function key() {
    const kept = await ask("keys", "readonly", (store) => store.get("seal"));
    if (kept) return kept;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    // two tabs may make one at once: the first stays
    await ask("keys", "readwrite", (store) => store.add(made, "seal")).catch(() => undefined);
    return ask("keys", "readonly", (store) => store.get("seal"));
  }

  async function ask(names, mode, question) {
    const database = await (opened ??= connect());
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(names, mode, { durability: "strict" });
      const request = question(...[names].flat().map((name) => transaction.objectStore(name)));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  }

  function connect() {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(DATABASE, VERSION);
      request.onupgradeneeded = () => {
        request.result.createObjectStore("letters", { keyPath: "id" });
        request.result.createObjectStore("keys");
        request.result.createObjectStore("facts");
      };
      request.onsuccess = () => {
        request.result.onversionchange = request.result.onclose = () => { request.result.close(); opened = undefined; };
        resolve(request.result);
      };
      request.onerror = () => { opened = undefined; reject(request.error); };
    });
  }

  return { put, letters, open, remove, retry, flush, fate, news, fact, remember, seal, unseal, wipe };
})();
