// The account was erased: nothing of it stays on this phone, and nothing rings here for it.
export default async function forget(page) {
  await Outbox.wipe(page.dataset.gone);
  const registration = await navigator.serviceWorker?.getRegistration();
  await (await registration?.pushManager?.getSubscription())?.unsubscribe();
}
