// A form that goes the plain way is let go only when somebody is there to take it: the browser's own page for no network
// would take away what was typed. While somebody types it is found out, so that a tap on Save seldom waits for it.
const PATIENCE = 8000, AGAIN = 5000, FRESH = 5000, PAUSE = 3000;
const AWAY = [502, 503, 504];   // what a proxy says when we are away
const sent = new WeakMap(), taken = new WeakSet();
let known = Date.now(), asked = 0;   // when Companion answered last, at first with this page, and when it was asked

addEventListener("offline", () => { known = 0; });
document.addEventListener("input", ({ target }) => {
  if (target.form?.method !== "post" || Date.now() - asked < PAUSE) return;
  asked = Date.now();
  reached();
});

export default function watch(event) {
  const form = event.target, now = Date.now();
  if (event.defaultPrevented || form.method !== "post" || form.dataset.behaviour === "outbox") return;   // others keep watch
  // a second tap on a button that is just being sent sends nothing
  if (!taken.delete(form) && now - (sent.get(form) ?? 0) < AGAIN) return event.preventDefault();
  sent.set(form, now);
  if (now - known < FRESH) return void setTimeout(() => { form.ariaBusy = "true"; });
  event.preventDefault();
  form.ariaBusy = "true";
  send(form, event.submitter);
}

async function send(form, submitter) {
  if (await reached()) {
    taken.add(form);
    return form.requestSubmit(submitter);
  }
  form.ariaBusy = null;
  sent.delete(form);
  say("unsent");
}

// Whether Companion answers just now.
export async function reached() {
  const asking = { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout?.(PATIENCE) };
  const answer = await fetch("/robots.txt", asking).catch(() => undefined);
  const there = answer !== undefined && !AWAY.includes(answer.status);
  known = there ? Date.now() : 0;
  return there;
}

// One of the sentences that the page holds for this, by its name; an empty text for none.
export function say(words) {
  const live = document.querySelector("#live");
  live.textContent = live.dataset[words] ?? "";
}
