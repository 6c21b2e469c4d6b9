// In a page: the notifications that its service worker shows, once there are enough or patience is at its end.
async ({ atLeast, patience }) => {
  const end = performance.now() + patience;
  for (;;) {
    const registration = await navigator.serviceWorker.getRegistration();
    const shown = registration ? await registration.getNotifications() : [];
    if (shown.length >= atLeast || performance.now() > end) {
      return shown.map(({ title, body, tag, data, actions, lang, dir, icon, badge, silent, renotify, requireInteraction }) => ({
        title, body, tag, data, lang, dir, icon, badge, silent, renotify, requireInteraction,
        actions: actions.map(({ action, title }) => ({ action, title })),
      }));
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
