// A form that writes a check-in, a dose or a session: it goes through the outbox, with a network and without one.
import { flush, show, shown } from "./unsent.js";

const PATIENCE = 3000;   // storage that does not answer is none

export default function outbox(form, { attach }) {
  let plain = false;
  form.addEventListener("submit", async (event) => {
    if (plain) return;
    event.preventDefault();
    if (form.ariaBusy === "true") return;
    form.ariaBusy = "true";
    for (const field of form.querySelectorAll("[data-now]")) field.value = new Date().toISOString();
    for (const field of form.querySelectorAll("[data-here]")) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const id = await write(form, event.submitter).catch(() => undefined);
    if (id) form.dispatchEvent(new Event("kept"));   // a draft of it is not needed any more
    if (id) return finish(form, id, (await flush().catch(() => ({})))[id] ?? await Outbox.fate(id), attach);
    plain = true;   // nothing can be kept here: the plain way, with the button that was tapped and the time of the tap
    setTimeout(() => event.submitter ? event.submitter.click() : form.submit());   // a form that is just being sent ignores it
  });
}

async function write(form, submitter) {
  const data = new FormData(form), owner = document.body.dataset.owner;
  if (submitter?.name) data.append(submitter.name, submitter.value);
  const late = new Promise((_, reject) => setTimeout(reject, PATIENCE));
  return Promise.race([late, Outbox.put({ owner, url: form.action, body: new URLSearchParams(data).toString(),
    fragment: Boolean(form.dataset.swap), title: form.dataset.title ?? document.title })]);
}

function finish(form, id, { status, state, location: address, html = "" }, attach) {
  if (status >= 200 && status < 300) {
    if (address) return location.assign(address);
    if (!html || !form.dataset.swap) return location.reload();   // the worker was faster, and keeps no answers
    shown.add(id);
    return swap(form, html);
  }
  if (!asked(id, { status, html }, attach)) kept(form, { look: "keptLook", "sign-in": "keptSignIn" }[state] ?? "kept");
}

// What the server asks about a letter stands on the page that it answers with, where the words can be mended.
export function asked(id, { status, html = "" }, attach) {
  const main = [409, 422].includes(status) && new DOMParser().parseFromString(html, "text/html").querySelector("main");
  if (!main) return false;
  Outbox.remove(id).then(show);
  document.querySelector("main").replaceWith(main);
  htmx.process(main);
  attach(main);
  main.querySelector(".errors, [role=alert]")?.focus();
  return true;
}

// The button that was tapped may be gone: whoever listens or uses keys goes on at the heading above it.
function swap(form, html) {
  const target = form.dataset.swap, heading = form.closest("[aria-labelledby]")?.getAttribute("aria-labelledby");
  htmx.swap(target, html, { swapStyle: "outerHTML" });
  if (document.activeElement === document.body) land(document.getElementById(heading) ?? document.querySelector(target));
}

// Saved on this phone: said where it was written, and counted in the note.
function kept(form, words) {
  const line = document.createElement("p");
  line.className = "flash";
  line.textContent = document.querySelector("#outbox").dataset[words];
  for (const button of document.querySelectorAll(`[form="${form.id || "-"}"]`)) button.remove();
  form.replaceChildren(line);
  line.scrollIntoView({ block: "nearest" });
  land(line);
  show();
}

export function land(place) {
  place.tabIndex = -1;
  place.focus({ preventScroll: true });
}
