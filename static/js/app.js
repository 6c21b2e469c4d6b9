// Small verbs on pages that the server made. `data-behaviour="name"` on an element calls behaviours/name.js with it.
import alarm from "./behaviours/alarm.js";
import asking from "./behaviours/asking.js";
import bodymap from "./behaviours/bodymap.js";
import chips from "./behaviours/chips.js";
import code from "./behaviours/code.js";
import draft, { settle } from "./behaviours/draft.js";
import focus from "./behaviours/focus.js";
import lock from "./behaviours/lock.js";
import forget from "./behaviours/forget.js";
import offline from "./behaviours/offline.js";
import outbox from "./behaviours/outbox.js";
import passkey from "./behaviours/passkey.js";
import peek from "./behaviours/peek.js";
import redflags from "./behaviours/redflags.js";
import push, { confirmListening } from "./behaviours/push.js";
import said from "./behaviours/said.js";
import share from "./behaviours/share.js";
import signout from "./behaviours/signout.js";
import snapshot from "./behaviours/snapshot.js";
import steps from "./behaviours/steps.js";
import unsent from "./behaviours/unsent.js";
import when from "./behaviours/when.js";
import zone from "./behaviours/zone.js";
import watch, { say } from "./plain.js";
import keepSending from "./sending.js";

const behaviours = { alarm, asking, bodymap, chips, code, draft, focus, forget, lock, offline, outbox, passkey, peek, push, redflags, said, share, signout, snapshot, steps, unsent, when, zone };
const attached = new WeakMap();

function attach(root) {
  const elements = root.matches?.("[data-behaviour]") ? [root] : [];
  for (const element of [...elements, ...root.querySelectorAll("[data-behaviour]")]) {
    const known = attached.get(element) ?? attached.set(element, new Set()).get(element);
    for (const name of element.dataset.behaviour.split(" ")) {
      if (known.has(name)) continue;
      known.add(name);
      behave(name, element).catch(reportError);   // one that fails stops no other
    }
  }
}

async function behave(name, element) {
  await behaviours[name]?.(element, { attach });
}

attach(document);
document.addEventListener("submit", watch);
// what was said covers a part of the page, until somebody goes on
for (const kind of ["pointerdown", "input"]) document.addEventListener(kind, () => say(""), { capture: true, passive: true });
document.addEventListener("htmx:load", (event) => attach(event.detail.elt));
// a page from the back-forward cache may belong to somebody who has signed out since: it comes back blank and is asked for
// anew
addEventListener("pagehide", () => { document.documentElement.hidden = true; });
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

const live = document.querySelector("#live");
for (const [event, words] of [["beforeRequest", ""], ["responseError", "failed"], ["sendError", "away"], ["timeout", "away"]]) {
  document.addEventListener(`htmx:${event}`, () => { live.textContent = live.dataset[words] ?? ""; });
}

// a browser that may keep nothing still works, without an outbox and a worker
const without = () => undefined;
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/sw.js").then((registration) => registration.waiting?.postMessage("activate")).catch(without);
}

const { owner } = document.body.dataset;
if (owner) meet().catch(without).then(keepSending).then(() => confirmListening("/reminders/devices", owner)).catch(without);

async function meet() {
  const before = await Outbox.fact("owner");
  if (before !== undefined && before !== owner) await Outbox.remember("snapshot");
  await Outbox.remember("owner", owner);
  await Outbox.remember("own", "own" in document.body.dataset || undefined);
  await settle(owner);
  await Outbox.remember("language", document.documentElement.lang);
  navigator.serviceWorker?.controller?.postMessage("language");
}
