// A form that writes a check-in, a dose or a session: it goes through the outbox, with a network and without one.
// With `data-letter` it replaces that letter, which keeps the time of its tap; with `data-url` it goes there.
import { flush, mending, show, shown } from "./unsent.js";

const PATIENCE = 3000;   // storage that does not answer is none
const LONG = 4000;   // after that it is said that it is on this phone; the rest goes on

export default function outbox(form, { attach }) {
  let plain = false;
  form.addEventListener("submit", async (event) => {
    if (plain) return;
    event.preventDefault();
    if (form.ariaBusy === "true") return;
    form.ariaBusy = "true";
    if (!form.dataset.letter) for (const field of form.querySelectorAll("[data-now]")) field.value = new Date().toISOString();
    for (const field of form.querySelectorAll("[data-here]")) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const id = await write(form, event.submitter).catch(() => undefined);
    if (id) {
      form.dispatchEvent(new Event("kept"));   // a draft of it is not needed any more
      return finish(form, id, await outcome(id), attach);
    }
    plain = true;   // nothing can be kept here: the plain way, with the button that was tapped and the time of the tap
    setTimeout(() => event.submitter ? event.submitter.click() : form.submit());   // a form that is just being sent ignores it
  });
}

async function write(form, submitter) {
  const data = new FormData(form), { owner } = document.body.dataset, { letter, swap, url = form.action, title = document.title } = form.dataset;
  if (submitter?.name) data.append(submitter.name, submitter.value);
  // the rest that it said stays, where this form has no field for it
  for (const [name, value] of rests.get(form) ?? []) data.append(name, value);
  mending.delete(letter);
  const late = new Promise((_, reject) => setTimeout(reject, PATIENCE));
  return Promise.race([late, Outbox.put({ id: letter, owner, url, body: new URLSearchParams(data).toString(), fragment: Boolean(swap),
    title: submitter?.name ? `${title}: ${submitter.textContent.trim()}` : title })]);
}

// What a letter said that the form, which corrects it, has no fields for.
export const rests = new WeakMap();

async function outcome(id) {
  const known = flush(id).catch(() => ({})).then(async (outcomes) => outcomes[id] ?? Outbox.fate(id));
  const late = new Promise((resolve) => setTimeout(resolve, navigator.onLine ? LONG : 0, { status: 0 }));
  return Promise.race([known, late]);
}

function finish(form, id, { status, state, location: address, html = "" }, attach) {
  if (status >= 200 && status < 300) {
    if (address) return location.assign(address);
    if (!html || !form.dataset.swap) return location.reload();   // the worker was faster, and keeps no answers
    shown.add(id);
    return swap(form, html);
  }
  return asked(id, { status, html }, attach).then((is) => is || kept(form, { look: "keptLook", "sign-in": "keptSignIn" }[state] ?? "kept"));
}

// What the server asks about a letter stands on the page that it answers with, where the words can be mended. Until they
// are, the letter stays here as it was.
export async function asked(id, { status, html = "" }, attach) {
  // with its buttons, which may stand below it
  const page = [409, 422].includes(status) && new DOMParser().parseFromString(html, "text/html").querySelector(".app");
  if (!page) return false;
  const letter = await Outbox.find(id), said = new URLSearchParams((await Outbox.open(letter)).body), path = pathOf(letter.url);
  mending.add(id);
  document.querySelector(".app").replaceWith(page);
  const form = [...page.querySelectorAll("form[data-behaviour~=outbox]")].find(({ action }) => pathOf(action) === path);
  if (form) form.dataset.letter = id;
  for (const field of form?.querySelectorAll("[data-now]") ?? []) field.value = said.get(field.name) ?? "";
  for (const no of page.querySelectorAll("[data-no]")) no.addEventListener("click", () => Outbox.remove(id));
  htmx.process(page);
  attach(page);
  page.querySelector(".errors, [role=alert]")?.focus();
  return true;
}

export const pathOf = (url) => new URL(url, location.origin).pathname;

// The button that was tapped may be gone: whoever listens or uses keys goes on at the heading above it.
function swap(form, html) {
  const target = form.dataset.swap, heading = form.closest("[aria-labelledby]")?.getAttribute("aria-labelledby");
  htmx.swap(target, html, { swapStyle: "outerHTML" });
  if (document.activeElement === document.body) land(document.getElementById(heading) ?? document.querySelector(target));
}

// Saved on this phone: said where it was written, and counted in the note.
function kept(form, words) {
  const line = document.createElement("p"), note = document.querySelector("#outbox");
  line.className = "flash";
  line.textContent = note.dataset[words];
  for (const button of document.querySelectorAll(`[form="${form.id || "-"}"]`)) button.remove();
  form.replaceChildren(line);
  if (note.dataset.another) form.append(another(note.dataset.another));
  line.scrollIntoView({ block: "nearest" });
  land(line);
  show();
}

// The page for no network has nothing but forms: one more entry is one tap away.
function another(words) {
  const link = document.createElement("a");
  Object.assign(link, { className: "btn", href: location.pathname, textContent: words });
  return link;
}

export function land(place) {
  place.tabIndex = -1;
  place.focus({ preventScroll: true });
}
