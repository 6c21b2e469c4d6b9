// What must be said at once, with a network and without one: opens when an answer of the form asks for it.
export default function alarm(dialog) {
  const form = document.getElementById(dialog.dataset.form);
  form.addEventListener("change", () => {
    if (form.querySelector("[data-alarm]:checked") && !dialog.open) dialog.showModal();
  });
}
