// A sentence that is said once: the address forgets it, so that a reload does not say it again.
export default function said() {
  const address = new URL(location.href);
  address.searchParams.delete("said");
  history.replaceState(history.state, "", address);
}
