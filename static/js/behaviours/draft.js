// A form half filled outlasts a reload, a call, an empty battery and a sign-in that ended: what is in it is kept sealed on
// this phone, and offered back in [data-begun] until it is saved. Not on the shared computers of a clinic.
import fill from "../fill.js";

const PAUSE = 400, HOUR = 36e5;
const SENT = "draft";   // in sessionStorage: whose form was just sent

export default async function draft(form) {
  const { shared, owner = await Outbox.fact("owner").catch(() => undefined) } = document.body.dataset;
  const offer = form.querySelector("[data-begun]");
  if (!owner || shared !== undefined) return;
  const name = nameOf(owner, form);
  let waiting, began = Date.now(), before = undefined, dirty = false;

  const said = () => [...new FormData(form)].filter(([field]) => form.elements[field]?.type !== "hidden");
  async function keep() {
    clearTimeout(waiting);
    if (!dirty || form.dataset.letter) return;
    dirty = false;
    await Outbox.seal(name, { began, said: said(), before });
  }
  const later = () => { dirty = true; clearTimeout(waiting); waiting = setTimeout(() => keep().catch(() => undefined), PAUSE); };

  for (const kind of ["input", "change"]) form.addEventListener(kind, later);
  const now = () => keep().catch(() => undefined);
  document.addEventListener("visibilitychange", now);
  addEventListener("pagehide", now);
  form.addEventListener("kept", () => { dirty = false; clearTimeout(waiting); Outbox.remember(name).catch(() => undefined); });
  form.addEventListener("submit", () => { if (!form.matches("[data-behaviour~=outbox]")) { now(); sessionStorage.setItem(SENT, name); } });

  // what the server has sent back to be mended stands in the form already
  if (document.querySelector(".errors") || form.dataset.letter) return;
  ask(await Outbox.unseal(name).catch(() => undefined));

  // What is typed meanwhile stands in front of it: nothing goes but by the person's own word.
  function ask(known) {
    before = known;
    offer.hidden = !known;
    if (!known) return;
    const words = offer.querySelector("[data-words]");
    words.textContent = words.dataset.words.replace("%(when)s", time(known.began));
    offer.querySelector("[data-go-on]").onclick = () => {
      began = known.began;
      fill(form, known.said);
      remember(form, began);
      ask();
      later();
    };
    offer.querySelector("[data-anew]").onclick = () => {
      ask(known.before);
      if (known.before || dirty) later();
      else Outbox.remember(name).catch(() => undefined);
    };
  }
}

const nameOf = (owner, form) => `draft ${owner} ${new URL(form.action, location.origin).pathname}`;

const time = (began) => new Date(began).toLocaleString(document.documentElement.lang, { weekday: "long", hour: "numeric", minute: "2-digit" });

// What was felt an hour ago or earlier belongs to that time.
function remember(form, began) {
  const when = form.elements.when;
  if (!when || when.value || Date.now() - began < HOUR) return;
  when.value = new Date(began - new Date(began).getTimezoneOffset() * 60000).toISOString().slice(0, 16);
  const fold = when.closest("details");
  if (fold) fold.open = true;
}

// A form that goes the plain way is saved when another page stands here, which says nothing else.
export async function settle(owner) {
  const name = sessionStorage.getItem(SENT);
  if (!name?.startsWith(`draft ${owner} `)) return;
  sessionStorage.removeItem(SENT);
  const again = [...document.forms].some((form) => form.matches("[data-behaviour~=draft]") && nameOf(owner, form) === name);
  if (!again && !document.querySelector("[data-not-done]")) await Outbox.remember(name);
}
