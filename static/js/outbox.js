// The outbox: everything a person writes goes in here first, sealed, and leaves only when the server has it.
// One file for pages and the service worker, so it is a classic script. A letter is a form: where to, whose, and what.
"use strict";
self.Outbox = (() => {
  const DATABASE = "companion", VERSION = 1;
  const REFUSED = [400, 404, 409, 413, 422];   // sending again would not help; a person must look
  const PATIENCE = 15000;
  let opened;

  // Each letter is sent under one lock, in the order it was written. Returns {id: {status, location, html}} of this round.
  async function flush(owner) {
    return navigator.locks.request("outbox", async () => {
      const outcomes = {};
      for (const letter of await letters(owner)) {
        if (letter.state === "look") continue;
        const outcome = outcomes[letter.id] = await send(letter);
        if (outcome.status >= 200 && outcome.status < 300) { await remove(letter.id); await remember("sent", Date.now()); }
        else if (REFUSED.includes(outcome.status)) await keep({ ...letter, state: "look", status: outcome.status });
        else { if (outcome.status === 401) await keep({ ...letter, state: "sign-in" }); break; }
      }
      return outcomes;
    });
  }

  // `fragment`: ask for the part that replaces the form's surroundings instead of an address.
  async function put({ id = crypto.randomUUID(), owner, url, body, fragment = false, title = "" }) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(), new TextEncoder().encode(JSON.stringify({ body, title })));
    await keep({ id, owner: String(owner), url, fragment, iv, sealed, written: Date.now(), state: "waiting" });
    return id;
  }

  async function letters(owner) {
    const all = await ask("letters", "readonly", (store) => store.getAll());
    return all.filter((letter) => letter.owner === String(owner)).sort((a, b) => a.written - b.written);
  }

  async function open(letter) {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: letter.iv }, await key(), letter.sealed);
    return JSON.parse(new TextDecoder().decode(plain));
  }

  const remove = (id) => ask("letters", "readwrite", (store) => store.delete(id));
  const keep = (letter) => ask("letters", "readwrite", (store) => store.put(letter));
  const retry = async (id) => {
    const letter = await ask("letters", "readonly", (store) => store.get(id));
    if (letter) await keep({ ...letter, state: "waiting" });
  };

  async function send(letter) {
    const { body } = await open(letter);
    const headers = { "Content-Type": "application/x-www-form-urlencoded", "X-Outbox": letter.owner };
    if (letter.fragment) headers["HX-Request"] = "true";
    try {
      const answer = await fetch(letter.url, { method: "POST", body, headers, credentials: "same-origin", cache: "no-store",
        signal: AbortSignal.timeout(PATIENCE) });
      return { status: answer.status, location: answer.headers.get("Location"), html: await answer.text() };
    } catch {
      return { status: 0 };   // no network, or the server is away: it stays
    }
  }

  // Small facts of this phone: who was here last, the language, the sealed snapshot.
  const fact = (name) => ask("facts", "readonly", (store) => store.get(name));
  const remember = (name, value) => ask("facts", "readwrite", (store) => value === undefined ? store.delete(name) : store.put(value, name));

  async function seal(name, value) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(), new TextEncoder().encode(JSON.stringify(value)));
    return remember(name, { iv, sealed });
  }

  async function unseal(name) {
    const kept = await fact(name);
    return kept ? open(kept) : undefined;
  }

  // The key goes first, so that whatever is left behind cannot be read.
  async function wipe(owner) {
    const rest = (await ask("letters", "readonly", (store) => store.getAll())).filter((letter) => letter.owner !== String(owner));
    if (rest.length === 0) await ask("keys", "readwrite", (store) => store.clear());
    for (const letter of await letters(owner)) await remove(letter.id);
    await ask("facts", "readwrite", (store) => store.clear());
  }

  async function key() {
    const kept = await ask("keys", "readonly", (store) => store.get("seal"));
    if (kept) return kept;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    // two tabs may make one at once: the first stays
    await ask("keys", "readwrite", (store) => store.add(made, "seal")).catch(() => undefined);
    return ask("keys", "readonly", (store) => store.get("seal"));
  }

  async function ask(name, mode, question) {
    const database = await (opened ??= connect());
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(name, mode, { durability: "strict" });
      const request = question(transaction.objectStore(name));
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
        request.result.onversionchange = () => { request.result.close(); opened = undefined; };
        resolve(request.result);
      };
      request.onerror = () => { opened = undefined; reject(request.error); };
    });
  }

  return { put, letters, open, remove, retry, flush, fact, remember, seal, unseal, wipe };
})();
