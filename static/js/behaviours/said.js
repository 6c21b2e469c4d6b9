// A sentence that is said once: the address forgets it, so that a reload does not say it again.
export default function said() {
  const address = new URL(location.href);
  address.searchParams.delete("said");
  history.replaceState(history.state, "", address);
  // the second half of a double tap on Save, which would open what stands in the button's place here
  const opened = Date.now();
  document.querySelector(".dock")?.addEventListener("click", (event) => { if (Date.now() - opened < 600) event.preventDefault(); }, { capture: true });
}
