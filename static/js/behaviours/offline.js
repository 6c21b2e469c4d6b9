// The page for no network: whose phone it is, the forms that need none, and what is waiting.
import fill from "../fill.js";
import letters from "./letters.js";
import outbox, { land, pathOf, rests } from "./outbox.js";
import { flush } from "./unsent.js";

export default async function offline(root, { attach }) {
  name(root);
  const owner = await Outbox.fact("owner").catch(() => undefined);
  if (!owner) return;
  document.body.dataset.owner = owner;
  const own = await Outbox.fact("own");
  for (const part of root.querySelectorAll("[data-for-owner]")) part.hidden = !own;
  for (const part of root.querySelectorAll("[data-for-nobody]")) part.hidden = true;
  for (const field of root.querySelectorAll("[name=uuid]")) field.value = crypto.randomUUID();
  const snapshot = await Outbox.unseal("snapshot").catch(() => undefined);   // its key may be gone
  if (snapshot?.owner === owner) { offer(root, snapshot, attach); date(root.querySelector("[data-as-of]"), snapshot); }
  const list = letters(root, owner, attach, (letter) => correcting(root, letter));
  await list();
  const again = async () => { await flush(); await list(); };
  addEventListener("online", again);
  await again();
}

// It stands in for a page that did not come, or was opened to look at what is left here.
function name(root) {
  const opened = /^\/offline\b/.test(location.pathname);
  if (navigator.onLine) {
    const said = root.querySelector("h1").textContent = opened ? root.dataset.opened : root.dataset.away;
    document.title = document.title.replace(/^[^·]+/, `${said} `);
  }
  // the same address once more: the worker then waits longer
  if (!opened) document.querySelector("[data-retry]").onclick = (event) => { event.preventDefault(); location.reload(); };
}

// A form for each medicine and each session of the snapshot, from the page's template.
function offer(root, { doses, sessions }, attach) {
  for (const [name, items] of [["doses", doses], ["sessions", sessions]]) {
    const place = root.querySelector(`[data-list="${name}"]`), template = root.querySelector(`template[data-of="${name}"]`);
    place.closest("section").hidden = items.length === 0;
    for (const item of items) {
      const copy = template.content.cloneNode(true), form = copy.querySelector("form");
      copy.querySelector("[data-title]").textContent = item.title;
      copy.querySelector("[data-when]").textContent = item.wall ?? "";
      form.action = item.url;
      form.dataset.title = item.title;
      form.querySelector("[name=wall]").value = item.wall ?? "";
      form.querySelector("[name=uuid]").value = crypto.randomUUID();
      place.append(copy);
      outbox(form, { attach });
    }
  }
}

// A list whose day is over says which day it was.
function date(line, { day, until, doses, sessions }) {
  line.hidden = !(Date.now() >= Date.parse(until)) || doses.length + sessions.length === 0;
  const said = new Date(`${day}T12:00`).toLocaleDateString(document.documentElement.lang, { weekday: "short", month: "short", day: "numeric" });
  line.querySelector("b").textContent = line.dataset.asOf.replace("%(day)s", said);
}

// A way to put the letter into the form that it was written in, if that stands here; whoever helps has the same forms.
function correcting(root, { id, url }) {
  const path = pathOf(url).replace(/^\/for\/\d+/, "");
  const form = [...root.querySelectorAll("[data-for-owner] form")].find(({ action }) => pathOf(action) === path);
  return form && ((body, words) => {
    form.dataset.letter = id;
    form.dataset.url = url;
    rests.set(form, fill(form, [...new URLSearchParams(body)]));
    const line = form.querySelector("[data-changing]") ?? form.insertBefore(document.createElement("p"), form.firstChild);
    line.dataset.changing = "";
    line.className = "note";
    line.textContent = words;
    land(line);
    line.scrollIntoView({ block: "start" });
  });
}
