// Sign out: first try to send what is unsent, warn if anything would be lost, and leave nothing on the phone, once the
// server has let it go. Without a network nothing is done, so that nobody is signed in on an empty phone.
import { reached, say } from "../plain.js";
import { stop } from "./push.js";
import { flush } from "./unsent.js";

const NETWORK = 16000, STORAGE = 5000;

export default function signout(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.ariaBusy === "true") return;
    form.ariaBusy = "true";
    say("");
    if (await leave(form).catch(() => "stay")) say("stay");
    form.ariaBusy = null;
  });
}

// Returns what keeps somebody here, if anything does.
async function leave(form) {
  const owner = document.body.dataset.owner;
  await tried(NETWORK, flush);
  if ((await tried(STORAGE, () => Outbox.letters(owner)))?.length && !confirm(form.dataset.warn)) return undefined;
  if (!await reached()) return "stay";
  // whoever uses this phone next is not rung for this person
  await tried(NETWORK, async () => stop("/reminders/devices/removal", await navigator.serviceWorker.getRegistration()));
  const answer = await fetch(form.action, { method: "POST", redirect: "manual", signal: AbortSignal.timeout?.(NETWORK) });
  if (answer.type !== "opaqueredirect") return "stay";
  await tried(STORAGE, () => Outbox.wipe(owner));
  location.assign("/");
  return undefined;
}

// Nothing else that fails or hangs keeps anybody from signing out.
async function tried(patience, step) {
  const late = new Promise((resolve) => setTimeout(resolve, patience));
  return Promise.race([late, Promise.resolve().then(step).catch(() => undefined)]);
}
