// The page for no network: whose phone it is, the forms that need none, and what is waiting.
import outbox, { asked, land } from "./outbox.js";
import { flush, show } from "./unsent.js";

export default async function offline(root, { attach }) {
  name(root);
  const owner = await Outbox.fact("owner").catch(() => undefined);
  if (!owner) return;
  document.body.dataset.owner = owner;
  for (const part of root.querySelectorAll("[data-for-owner]")) part.hidden = false;
  for (const part of root.querySelectorAll("[data-for-nobody]")) part.hidden = true;
  for (const field of root.querySelectorAll("[name=uuid]")) field.value = crypto.randomUUID();
  const snapshot = await Outbox.unseal("snapshot").catch(() => undefined);   // its key may be gone
  if (snapshot?.owner === owner) { offer(root, snapshot, attach); date(root.querySelector("[data-as-of]"), snapshot); }
  await list(root, owner, attach);
  const again = async () => { await flush(); await list(root, owner, attach); };
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

async function list(root, owner, attach) {
  const place = root.querySelector("[data-letters]"), rows = await Promise.all((await Outbox.letters(owner)).map(row));
  place.replaceChildren(...rows);
  place.closest("section").hidden = !rows.length;

  async function row(letter) {
    const copy = root.querySelector("template[data-of=letter]").content.cloneNode(true), part = (name) => copy.querySelector(`[data-${name}]`);
    const plain = await Outbox.open(letter).catch(() => undefined), words = root.dataset, look = letter.state === "look";
    const why = plain ? words[`why${letter.status}`] ?? words.why : words.whySealed;
    part("title").textContent = plain ? plain.title : words.sealed;
    part("when").textContent = new Date(letter.written).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    part("why").textContent = look ? why : "";
    part("again").hidden = !plain;
    copy.querySelector(".actions").hidden = !look;
    const anew = async () => {
      if (asked(letter.id, (await flush())[letter.id] ?? {}, attach)) return;
      await list(root, owner, attach);
      land(root.querySelector(place.children.length ? "#letters-h" : "h1"));
    };
    part("again").onclick = () => Outbox.retry(letter.id).then(anew);
    part("drop").onclick = () => confirm(words.dropWarn) && Outbox.remove(letter.id).then(anew);
    return copy;
  }
}
