// While a page is open, what is left is sent again and again, and Today shows what has arrived meanwhile.
import { flush, shown } from "./behaviours/unsent.js";

const PAUSE = 5000;
let touched = 0, typed = false;

export default async function keepSending() {
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => { touched = Date.now(); }, { capture: true, passive: true });
  addEventListener("input", () => { typed = true; });
  addEventListener("online", round);
  navigator.serviceWorker?.addEventListener("message", round);   // the worker has sent something
  document.addEventListener("visibilitychange", () => { if (!document.hidden) round(); });
  setInterval(round, 25000 + Math.random() * 10000);
  await round();
}

async function round() {
  try {
    await flush();
    const stale = document.querySelector("[data-fresh]") && await Outbox.news(performance.timeOrigin, shown);
    if (stale && !busy()) location.reload();
  } catch {
    // where nothing can be kept, nothing is left to send
  }
}

// To load the page anew would take away what is typed, an open question, a tap that is half made, the place of the keyboard.
const busy = () => typed || Date.now() - touched < PAUSE
  || document.querySelector("dialog[open], form[aria-busy=true], main :is(a, button, summary):focus-visible");
