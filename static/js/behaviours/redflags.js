// A yes to a sign that must not wait shows at once, with or without a network, whom to call.
export default function redflags(root) {
  const form = root.closest("form"), shown = (level) => root.querySelector(`dialog[data-shows="${level}"]`);
  root.addEventListener("change", ({ target }) => {
    if (target.value !== "yes") return;
    form.elements.told.value = "y";   // the next page need not say it again
    shown(target.dataset.level).showModal();
  });
  root.addEventListener("click", ({ target }) => target.closest("[data-close]")?.closest("dialog").close());
  form.addEventListener("submit", () => root.querySelector("dialog[open]")?.close());
}
