// Sign out: first try to send what is unsent, warn if anything would be lost, then leave nothing on the phone.
import { stop } from "./push.js";
import { flush } from "./unsent.js";

export default function signout(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const owner = document.body.dataset.owner;
    await flush();
    if ((await Outbox.letters(owner)).length && !confirm(form.dataset.warn)) return;
    // whoever uses this phone next is not rung for this person
    const registration = await navigator.serviceWorker?.getRegistration();
    if (registration) await stop("/reminders/devices/removal", registration).catch(() => undefined);
    await Outbox.wipe(owner);
    form.submit();
  });
}
