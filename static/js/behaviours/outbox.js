// A form that writes a check-in, a dose or a session: it goes through the outbox, with a network and without one.
import { flush, show } from "./unsent.js";

export default function outbox(form, { attach }) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.ariaBusy === "true") return;
    form.ariaBusy = "true";
    try {
      const id = await write(form, event.submitter);
      finish(form, id, (await flush())[id] ?? { status: 0 }, attach);
    } catch {
      form.submit();   // no room or no permission to keep anything: the plain way
    } finally {
      form.ariaBusy = "false";
    }
  });
}

function write(form, submitter) {
  const data = new FormData(form, submitter);
  for (const field of form.querySelectorAll("[data-now]")) data.set(field.name, new Date().toISOString());
  const owner = document.body.dataset.owner;
  return Outbox.put({ id: crypto.randomUUID(), owner, url: form.action, body: new URLSearchParams(data).toString(),
    fragment: Boolean(form.dataset.swap), title: form.dataset.title ?? document.title });
}

function finish(form, id, outcome, attach) {
  if (outcome.status >= 200 && outcome.status < 300) {
    if (outcome.location) location.assign(outcome.location);
    else if (form.dataset.swap) htmx.swap(form.dataset.swap, outcome.html, { swapStyle: "outerHTML" });
    return;
  }
  if (outcome.status === 422 || outcome.status === 409) {
    // the words go back to the page, where they can be mended
    Outbox.remove(id).then(show);
    swapMain(outcome.html, form, attach);
    return;
  }
  kept(form);
}

function swapMain(html, form, attach) {
  const main = new DOMParser().parseFromString(html, "text/html").querySelector("main");
  if (!main) return htmx.swap(form.dataset.swap, html, { swapStyle: "outerHTML" });
  document.querySelector("main").replaceWith(main);
  attach(main);
  main.querySelector(".errors")?.focus();
}

// Saved on this phone: said where it was written, and counted in the note.
function kept(form) {
  const line = document.createElement("p");
  line.className = "flash";
  line.role = "status";
  line.textContent = document.querySelector("#outbox").dataset.kept;
  for (const button of document.querySelectorAll(`[form="${form.id || "-"}"]`)) button.remove();
  form.replaceChildren(line);
  line.scrollIntoView({ block: "nearest" });
  show();
}
