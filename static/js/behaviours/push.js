// Reminders on this phone: on, off, and what stands in the way. The sentences are in the element's data attributes.
const SLOW = 12000;

export default async function push(root) {
  const button = root.querySelector("button"), line = root.querySelector("[data-state]");
  const say = (key, pressed) => {
    line.textContent = root.dataset[key];
    button.hidden = pressed === undefined;
    button.textContent = pressed ? root.dataset.turnOff : root.dataset.turnOn;
    button.dataset.on = pressed ? "yes" : "";
  };
  if (!("PushManager" in self) || !("Notification" in self)) return say(onIphone() ? "homeScreen" : "unsupported");
  if (Notification.permission === "denied") return say("denied");
  const registration = await navigator.serviceWorker.ready;
  const present = await registration.pushManager.getSubscription();
  const listens = present && Notification.permission === "granted";
  say(listens ? "on" : "off", Boolean(listens));
  if (listens) {
    const heard = await tell(root.dataset.url, present).catch(() => { line.textContent = root.dataset.failed; });
    if (heard === false) say("off", false);
  }

  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      if (button.dataset.on) { await stop(root.dataset.endUrl, registration); say("off", false); }
      else if (await Notification.requestPermission() !== "granted") say("denied");
      else { await start(root, registration); say("on", true); location.reload(); }
    } catch {
      line.textContent = root.dataset.failed;
    } finally {
      button.disabled = false;
    }
  });
}

async function start(root, registration) {
  const options = { userVisibleOnly: true, applicationServerKey: bytes(root.dataset.key) };
  // subscribing hangs where the push service cannot be reached
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error("slow")), SLOW));
  await tell(root.dataset.url, await Promise.race([registration.pushManager.subscribe(options), late]), { wanted: "y" });
}

export async function stop(endUrl, registration) {
  const subscription = await registration.pushManager?.getSubscription();
  if (!subscription) return;
  // without a network too: the push service then tells the server that this one is gone
  await fetch(endUrl, { method: "POST", body: new URLSearchParams({ endpoint: subscription.endpoint }) }).catch(() => undefined);
  await subscription.unsubscribe();
}

// Whether the server rings this phone from now on; one that its owner put away elsewhere stops here too.
async function tell(url, subscription, more = {}) {
  const { endpoint, keys } = subscription.toJSON();
  const body = new URLSearchParams({ endpoint, p256dh: keys.p256dh, auth: keys.auth, ...more });
  const answer = await fetch(url, { method: "POST", body });
  if (answer.status === 410) return !await subscription.unsubscribe();
  if (!answer.ok) throw new Error(answer.status);
  return true;
}

// Phones drop or change subscriptions without a word: each day, and when it is another one, the app says again that this
// phone still listens, and where.
export async function confirmListening(url, owner) {
  if (!("PushManager" in self) || self.Notification?.permission !== "granted") return;
  const registration = await navigator.serviceWorker.ready;
  const subscription = await registration.pushManager.getSubscription();
  if (!subscription) return;
  const last = await Outbox.fact("confirmed"), { endpoint } = subscription;
  if (last?.owner === owner && last.endpoint === endpoint && Date.now() - last.at < 86400000) return;
  await tell(url, subscription);
  await Outbox.remember("confirmed", { owner, endpoint, at: Date.now() });
}

const onIphone = () => /iPhone|iPad/.test(navigator.userAgent) && !matchMedia("(display-mode: standalone)").matches;

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}
