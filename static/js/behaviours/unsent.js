// The note that counts what is on this phone and not yet sent, and says what to do about it.
let note;
// ids of letters whose outcome this page shows already
export const shown = new Set();
// ids of letters that stand on this page to be mended
export const mending = new Set();

export default function unsent(element) {
  note = element;
  return show();
}

export async function flush(awaited) {
  const owner = document.body.dataset.owner;
  if (!owner) return {};
  const outcomes = await Outbox.flush(owner, awaited);
  if (Object.values(outcomes).some(({ status }) => status === 410)) return left();
  await show();
  return outcomes;
}

// The account was erased, and the phone has forgotten it: the page says so, and does nothing else.
function left() {
  location.assign("/export/gone");
  return new Promise(() => undefined);
}

export async function show() {
  const owner = document.body.dataset.owner;
  if (!note || !owner) return;
  // where nothing can be kept, nothing waits
  const waiting = (await Outbox.letters(owner).catch(() => [])).filter(({ id }) => !mending.has(id));
  note.hidden = waiting.length === 0;
  if (note.hidden) return;
  const words = note.dataset, stuck = waiting.filter((letter) => letter.state === "look");
  const count = waiting.length === 1 ? words.one : words.many.replace("%(n)s", waiting.length);
  const lines = [strong(count)];
  if (stuck.length) lines.push(" ", words.look, " ", link(words.where, words.open));
  else if (waiting.some((letter) => letter.state === "sign-in")) lines.push(" ", link("/signin/", words.signIn));
  else lines.push(" ", words.wait);
  note.querySelector("p").replaceChildren(...lines);
}

function strong(text) {
  const element = document.createElement("b");
  element.textContent = text;
  return element;
}

function link(href, text) {
  const element = document.createElement("a");
  element.href = href;
  element.textContent = text;
  return element;
}
