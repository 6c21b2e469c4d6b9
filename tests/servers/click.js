// In a service worker: a tap on a notification, and what the worker made of it.
async ({ action, tag }) => {
  const [notification] = await self.registration.getNotifications(tag ? { tag } : {});
  if (!notification) throw new Error(`no notification is shown with the tag '${tag}'`);
  const click = { opened: [], focused: [], errors: [] };
  const waited = [];
  const noteError = (event) => click.errors.push(String(event.message));
  const focus = WindowClient.prototype.focus;
  const LATE = 'the click handler is not done after 10 s';
  let timer;

  const event = new NotificationEvent('notificationclick', { notification, action, cancelable: true });
  event.waitUntil = (promise) => waited.push(promise); // the real one refuses an event that no browser made
  self.clients.openWindow = async (url) => {
    click.opened.push(new URL(url, self.location).href);
    return null;
  };
  WindowClient.prototype.focus = async function () {
    click.focused.push(this.url);
    return this;
  };
  self.addEventListener('error', noteError);
  try {
    self.dispatchEvent(event);
    const patience = new Promise((resolve) => { timer = setTimeout(resolve, 10000, LATE); });
    while (waited.length) {
      const next = Promise.resolve(waited.shift()).catch((error) => { click.errors.push(String(error)); });
      if ((await Promise.race([next, patience])) === LATE) throw new Error(LATE);
    }
  } finally {
    clearTimeout(timer);
    self.removeEventListener('error', noteError);
    WindowClient.prototype.focus = focus;
    delete self.clients.openWindow;
  }
  return click;
}
