// Tap a region of the drawing: it toggles the box of the same code in the list, and the other way round.
export default function bodymap(root) {
  const box = (code) => root.querySelector(`input[value="${CSS.escape(code)}"]`);
  const places = () => [...root.querySelectorAll("input[type=checkbox]:checked")];

  function paint() {
    const marked = new Set(places().map((input) => input.value));
    for (const region of root.querySelectorAll("[data-region]")) region.classList.toggle("is-on", marked.has(region.dataset.region));
    for (const count of root.querySelectorAll("[data-count]")) {
      const n = [...marked].filter((code) => code.startsWith(count.dataset.count)).length;
      count.textContent = n ? `, ${n}` : "";
    }
    const value = root.closest("details")?.querySelector(":scope > summary .value");
    if (value) value.textContent = places().map((input) => input.parentElement.textContent.trim()).join(", ");
  }

  root.addEventListener("click", (event) => {
    const input = event.target.closest("[data-region]") && box(event.target.closest("[data-region]").dataset.region);
    if (!input) return;
    input.checked = !input.checked;
    paint();
  });
  root.addEventListener("change", paint);
  paint();
}
