// Small verbs on pages that the server made. `data-behaviour="name"` on an element calls behaviours/name.js with it.
import bodymap from "./behaviours/bodymap.js";
import code from "./behaviours/code.js";
import focus from "./behaviours/focus.js";
import offline from "./behaviours/offline.js";
import outbox from "./behaviours/outbox.js";
import push, { confirmListening } from "./behaviours/push.js";
import said from "./behaviours/said.js";
import signout from "./behaviours/signout.js";
import snapshot from "./behaviours/snapshot.js";
import unsent, { flush } from "./behaviours/unsent.js";
import zone from "./behaviours/zone.js";

const behaviours = { bodymap, code, focus, offline, outbox, push, said, signout, snapshot, unsent, zone };
const attached = new WeakMap();

export function attach(root) {
  const elements = root.matches?.("[data-behaviour]") ? [root] : [];
  for (const element of [...elements, ...root.querySelectorAll("[data-behaviour]")]) {
    const known = attached.get(element) ?? attached.set(element, new Set()).get(element);
    for (const name of element.dataset.behaviour.split(" ")) {
      if (known.has(name)) continue;
      known.add(name);
      behaviours[name]?.(element, { attach });
    }
  }
}

attach(document);
document.addEventListener("htmx:load", (event) => attach(event.detail.elt));
// a page from the back-forward cache may belong to somebody who has signed out since
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/sw.js").then((registration) => registration.waiting?.postMessage("activate"));
}

const owner = document.body.dataset.owner;
if (owner) {
  Outbox.fact("owner").then(async (before) => {
    if (before !== undefined && before !== owner) await Outbox.remember("snapshot");
    await Outbox.remember("owner", owner);
    await Outbox.remember("language", document.documentElement.lang);
    await background();
    await confirmListening("/reminders/devices", owner);
  }).catch(() => undefined);   // a browser that may keep nothing still works, without an outbox
  addEventListener("online", background);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) background(); });
  setInterval(background, 25000 + Math.random() * 10000);
}

// What was written has arrived after this page was asked for, from here, another tab or a notification: show it anew.
async function background() {
  await flush();
  if (document.querySelector("[data-fresh]") && await Outbox.fact("sent") > performance.timeOrigin) location.reload();
}
