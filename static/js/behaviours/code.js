// A code that came by QR stands behind the # of the address, where no server sees it.
export default function code(form) {
  if (!location.hash) return;
  form.querySelector("[name=code]").value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(history.state, "", location.pathname);
}
