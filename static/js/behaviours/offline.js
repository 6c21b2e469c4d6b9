// The page for no network: whose phone it is, the forms that need none, and what is waiting.
import outbox from "./outbox.js";
import { flush, show } from "./unsent.js";

export default async function offline(root, { attach }) {
  const owner = await Outbox.fact("owner");
  if (!owner) return;
  document.body.dataset.owner = owner;
  for (const part of root.querySelectorAll("[data-for-owner]")) part.hidden = false;
  for (const part of root.querySelectorAll("[data-for-nobody]")) part.hidden = true;
  for (const field of root.querySelectorAll("[name=uuid]")) field.value = crypto.randomUUID();
  const snapshot = await Outbox.unseal("snapshot");
  if (snapshot?.owner === owner) offer(root, snapshot, attach);
  await flush();
  await list(root, owner);
  await show();
  addEventListener("online", async () => { await flush(); await list(root, owner); });
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

async function list(root, owner) {
  const place = root.querySelector("[data-letters]"), template = root.querySelector("template[data-of=letter]");
  place.replaceChildren();
  for (const letter of await Outbox.letters(owner)) {
    const { title } = await Outbox.open(letter), row = template.content.cloneNode(true);
    row.querySelector("[data-title]").textContent = title;
    row.querySelector("[data-when]").textContent = new Date(letter.written).toLocaleString(document.documentElement.lang);
    row.querySelector("[data-why]").textContent = root.dataset[`why${letter.status ?? ""}`] ?? "";
    const refused = letter.state === "look";
    for (const button of row.querySelectorAll("button")) button.hidden = !refused;
    row.querySelector("[data-again]").onclick = async () => { await Outbox.retry(letter.id); await flush(); await list(root, owner); };
    row.querySelector("[data-drop]").onclick = async () => {
      if (confirm(root.dataset.dropWarn)) { await Outbox.remove(letter.id); await list(root, owner); await show(); }
    };
    place.append(row);
  }
  place.closest("section").hidden = !place.children.length;
}
