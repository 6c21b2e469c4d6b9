// The outbox: everything a person writes goes in here first, sealed, and leaves only when the server has it.
// One file for pages and the service worker, so it is a classic script. A letter is a form: where to, whose, and what.
// Its state is `waiting`, `sign-in` (its owner must sign in first) or `look` (a person must look, it is not sent again).
"use strict";
self.Outbox = (() => {
  const DATABASE = "companion", VERSION = 1;
  const AWAY = [0, 401, 429, 502, 503, 504];   // nothing else would get through now either
  const SEALED = "sealed";   // in place of a status: its key is gone, nobody can read it
  const REFUSED = [400, 404, 409, 413, 422, SEALED];   // sending again would not help
  const TOO_MUCH = [400, 413];   // of one letter alone
  const GONE = 410;   // its account was erased: nothing of it stays here either
  const TRIES = 3, PATIENCE = 15000, REMEMBERED = 50;
  const MOST = 25, LONGEST = 150000;   // so many letters, and so many signs, go in one request
  let opened, together = MOST;

  // Letters are sent under one lock, in the order they were written, many at once. One that is refused, or that the server
  // breaks on again and again, is put aside and holds up no other. `awaited` is the id of the letter that somebody waits
  // for, if anybody does. Returns {id: {status, location, problems, html, state}} of this round.
  async function flush(owner, awaited) {
    return navigator.locks.request("outbox", async () => {
      const outcomes = {}, waiting = (await letters(owner)).filter(({ state }) => state !== "look");
      while (waiting.length) {
        const batch = await take(waiting), answers = await send(owner, batch, awaited);
        for (const [n, { letter }] of batch.entries()) outcomes[letter.id] = answers[n];
        if (answers.some(({ status }) => status === GONE)) { await wipe(owner); break; }
        await settle(batch, outcomes);
        if (answers.some(({ status }) => AWAY.includes(status))) break;
      }
      return outcomes;
    });
  }

  // The next letters of `waiting` that are still as they were, marked as ones that may have arrived until more is known.
  async function take(waiting) {
    const ours = await key(), batch = [];
    let length = 0;
    for (const { body } of await Promise.all(waiting.slice(0, together).map((letter) => decrypt(letter, ours).catch(() => ({}))))) {
      length += body?.length ?? 0;
      if (batch.length && length > LONGEST) break;
      batch.push({ letter: waiting.shift(), body });
    }
    const now = await ask("letters", "readwrite", (store) => batch.map(({ letter, body }) => {
      const found = store.get(letter.id);
      found.onsuccess = () => body !== undefined && is(letter, found.result) && store.put({ ...found.result, sent: true });
      return found;
    }));
    return batch.filter(({ letter }, n) => is(letter, now[n].result));
  }

  // Whether the letter is still there, and says the same.
  const is = ({ edition }, found) => found !== undefined && found.edition === edition;

  // An outcome of each letter. `unsure`: it may have arrived. Those behind one that could not get through were not tried.
  async function send(owner, batch, awaited) {
    const readable = batch.filter(({ body }) => body !== undefined);
    const answers = readable.length ? await post(owner, readable, awaited) : [];
    const known = new Map(readable.map(({ letter }, n) => [letter.id, answers[n] ?? { status: 0 }]));
    return batch.map(({ letter }) => known.get(letter.id) ?? { status: SEALED });
  }

  async function post(owner, batch, awaited) {
    const letters = batch.map(({ letter: { id, url, fragment }, body }) => {
      const { pathname, search } = new URL(url, location.origin);
      return { url: pathname + search, body, fragment, waits: id === awaited };
    });
    try {
      const answer = await fetch("/outbox", { method: "POST", body: JSON.stringify({ sent_at: new Date().toISOString(), letters }),
        headers: { "Content-Type": "application/json", "X-Outbox": String(owner) }, credentials: "same-origin", cache: "no-store",
        redirect: "manual", signal: AbortSignal.timeout?.(PATIENCE) });
      if (batch.length === 1 && TOO_MUCH.includes(answer.status)) return [{ status: answer.status }];
      if (!answer.ok) throw new Error(answer.status);
      const answers = await answer.json();
      together = Math.min(MOST, together * 2);
      return answers;
    } catch {
      // no network, the server is away, or it broke on one of them: they stay, and the first one is tried alone
      together = 1;
      return batch.map(() => ({ status: 0, unsure: navigator.onLine }));
    }
  }

  // Those that arrived leave, in one go with the note that they did; of the others it is kept what is known. A letter that
  // was corrected while it was on its way stays as it is.
  async function settle(batch, outcomes) {
    const told = new Map(), arrived = [], now = Date.now();
    for (const { letter } of batch) {
      const outcome = outcomes[letter.id], { status, location, problems = [] } = outcome;
      if (problems.length) told.set(letter.id, await encrypt(problems));
      if (status >= 200 && status < 300) arrived.push({ id: letter.id, at: now, location });
      else Object.assign(outcome, judge(letter, outcome));
    }
    await ask(["letters", "facts"], "readwrite", (store, facts) => {
      for (const { letter } of batch) {
        const { state, status, tries, sent } = outcomes[letter.id], found = store.get(letter.id);
        found.onsuccess = () => {
          if (!is(letter, found.result)) return;
          if (state === undefined) store.delete(letter.id);
          else store.put({ ...found.result, state, status, tries, sent, told: told.get(letter.id) });
        };
      }
      const before = facts.get("arrived");
      before.onsuccess = () => arrived.length && facts.put([...before.result ?? [], ...arrived].slice(-REMEMBERED), "arrived");
      return before;
    });
  }

  // `sent`: it may have arrived, without our knowing.
  function judge({ state, sent = false, tries = 0 }, { status, unsure = status >= 500 }) {
    if (status === 401) return { state: "sign-in", tries, sent };
    if (AWAY.includes(status)) return { state, tries, sent: sent || unsure };
    const refused = REFUSED.includes(status);
    return { status, tries: tries + 1, sent: !refused && (sent || unsure), state: refused || tries + 1 >= TRIES ? "look" : "waiting" };
  }

  // A letter that is there by this `id` says this instead, and keeps its place. Places are counted: a clock may be put back.
  // `fragment`: ask for the part that replaces the form's surroundings instead of an address.
  async function put({ id = crypto.randomUUID(), owner, url, body, fragment = false, title = "" }) {
    const kept = await encrypt({ body, title });
    await ask(["letters", "facts"], "readwrite", (letters, facts) => {
      const before = letters.get(id), count = facts.get("count");
      count.onsuccess = () => {
        const { n = (count.result ?? 0) + 1, written = Date.now(), edition = 0, sent = false } = before.result ?? {};
        facts.put(Math.max(n, count.result ?? 0), "count");
        letters.put({ id, n, owner: String(owner), url, fragment, ...kept, written, edition: edition + 1, sent, state: "waiting" });
      };
      return count;
    });
    wake().catch(() => undefined);
    return id;
  }

  // Background Sync, where there is one: the browser sends what is left when the network is back and no page is open.
  async function wake() {
    const registration = self.registration ?? await navigator.serviceWorker.getRegistration();
    await registration.sync.register("outbox");
  }

  // Those of before there were places stand first.
  async function letters(owner) {
    const all = await ask("letters", "readonly", (store) => store.getAll());
    return all.filter((letter) => letter.owner === String(owner)).sort((a, b) => (a.n ?? 0) - (b.n ?? 0) || a.written - b.written);
  }

  const arrived = async () => await fact("arrived") ?? [];
  // Whether anything has arrived since `since`, apart from what is `shown` already.
  const news = async (since, shown) => (await arrived()).some(({ id, at }) => at > since && !shown.has(id));

  const find = (id) => ask("letters", "readonly", (store) => store.get(id));

  // What became of a letter that another tab or the worker has sent: an outcome as those of `flush`, without html.
  async function fate(id) {
    const known = (await arrived()).find((letter) => letter.id === id);
    return known ? { status: 201, location: known.location } : await find(id) ?? { status: 0 };
  }

  // What a letter says, and what the server said about it.
  async function open(letter) {
    const ours = await key();
    return { ...await decrypt(letter, ours), problems: letter.told ? await decrypt(letter.told, ours) : [] };
  }

  const remove = (id) => ask("letters", "readwrite", (store) => store.delete(id));

  // only a letter that is still there: whoever signs out meanwhile leaves none behind
  const retry = (id) => ask("letters", "readwrite", (store) => {
    const found = store.get(id);
    found.onsuccess = () => found.result && store.put({ ...found.result, state: "waiting", tries: 0 });
    return found;
  });

  // Small facts of this phone: who was here last, the language, the sealed snapshot.
  const fact = (name) => ask("facts", "readonly", (store) => store.get(name));
  const remember = (name, value) => ask("facts", "readwrite", (store) => value === undefined ? store.delete(name) : store.put(value, name));
  const seal = async (name, value) => remember(name, await encrypt(value));

  async function unseal(name) {
    const kept = await fact(name);
    return kept ? decrypt(kept, await key()) : undefined;
  }

  // In one go: should the page close in the middle, no letter is left without its key. What others have here stays, and the
  // count of the places of their letters.
  async function wipe(owner) {
    await ask(["letters", "keys", "facts"], "readwrite", (letters, keys, facts) => {
      const all = letters.getAll(), names = facts.getAllKeys();
      names.onsuccess = () => {
        const own = all.result.filter((letter) => letter.owner === String(owner));
        const others = names.result.filter((name) => name.startsWith("draft ") && !name.startsWith(`draft ${owner} `));
        for (const letter of own) letters.delete(letter.id);
        for (const name of names.result) if (name !== "count" && !others.includes(name)) facts.delete(name);
        if (own.length === all.result.length && !others.length) keys.clear();
      };
      return names;
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
      transaction.oncomplete = () => resolve(Array.isArray(request) ? request : request.result);
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

  return { put, letters, find, open, remove, retry, flush, fate, news, fact, remember, seal, unseal, wipe };
})();
