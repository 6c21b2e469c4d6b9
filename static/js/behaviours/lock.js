// Left alone for some minutes the page is covered until its person proves again who they are. What is half written stays
// underneath. The server decides: another tab may be in use.
const HERE = "/identity/here", ASKS = ["/signin/again", "/signin/passkey"];
const SOON = 30000, ALIVE = 240000;

export default function lock(dialog, { attach }) {
  const place = dialog.querySelector("[data-place]"), limit = dialog.dataset.minutes * 60000;
  let touched = Date.now(), told = touched, asked = 0;
  const covered = () => dialog.open;

  // a part of a page that is asked for while it is locked would lead away from it
  document.addEventListener("htmx:beforeRequest", (event) => { if (covered()) event.preventDefault(); });
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("submit", answer);
  for (const kind of ["pointerdown", "keydown"]) {
    addEventListener(kind, () => { if (!covered()) touched = Date.now(); }, { capture: true, passive: true });
  }
  for (const kind of ["visibilitychange", "online"]) addEventListener(kind, look, true);
  setInterval(look, 5000);

  async function look() {
    const now = Date.now();
    if (covered()) return void (document.hidden || now - asked < 5000 || await isOpen() !== true || uncover());
    if (now - touched > limit) {
      if (now - asked > SOON && await isOpen() !== true) await cover();
    } else if (touched > told && now - told > ALIVE) {
      told = now;   // typing is use, which the server cannot see
      await fetch(HERE).catch(() => undefined);
    }
  }

  // true, false, or undefined where nobody answers; to ask as a part of a page is not to use it
  async function isOpen() {
    asked = Date.now();
    const seen = await fetch(HERE, { headers: { "HX-Request": "true" } }).catch(() => undefined);
    return seen && seen.status === 204;
  }

  async function cover() {
    document.body.classList.add("covered");
    dialog.showModal();
    await ask(fetch(`${ASKS[0]}?next=${HERE}`));
  }

  function uncover() {
    dialog.close();
    place.replaceChildren();
    document.body.classList.remove("covered");
    touched = Date.now();
  }

  async function answer(event) {
    const form = event.target;
    if (form.dataset.behaviour === "signout") return;
    event.preventDefault();
    event.stopPropagation();
    await ask(fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, event.submitter)) }));
  }

  // the question, or what was wrong with the answer; nothing to ask: it is open
  async function ask(request) {
    const found = await request.catch(() => undefined);
    if (!found) return void (place.textContent = dialog.dataset.away);
    if (found.status === 204) return uncover();
    if (!ASKS.includes(new URL(found.url).pathname)) return location.reload();   // it has ended altogether
    const page = new DOMParser().parseFromString(await found.text(), "text/html");
    place.replaceChildren(...page.querySelector("main").children);
    attach(place);
    place.querySelector("[data-ask], input:not([type=hidden])")?.focus();
  }
}
