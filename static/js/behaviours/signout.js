// Sign out: first try to send what is unsent, warn if anything would be lost, then leave nothing on the phone.
import { stop } from "./push.js";
import { flush } from "./unsent.js";

const NETWORK = 16000, STORAGE = 5000;

export default function signout(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const owner = document.body.dataset.owner;
    await tried(NETWORK, flush);
    if ((await tried(STORAGE, () => Outbox.letters(owner)))?.length && !confirm(form.dataset.warn)) return;
    // whoever uses this phone next is not rung for this person
    await tried(NETWORK, async () => stop("/reminders/devices/removal", await navigator.serviceWorker.getRegistration()));
    await tried(STORAGE, () => Outbox.wipe(owner));
    form.submit();
  });
}

// Nothing that fails or hangs keeps anybody from signing out.
async function tried(patience, step) {
  const late = new Promise((resolve) => setTimeout(resolve, patience));
  return Promise.race([late, Promise.resolve().then(step).catch(() => undefined)]);
}
