// Words to tap: the fold's own line says what is chosen, and one tap chooses what was said last time.
export default function chips(root) {
  const again = root.querySelector("[data-again]"), own = root.querySelector("input:not([type=checkbox])");
  const value = root.closest("details").querySelector(":scope > summary .value");
  const boxes = [...root.querySelectorAll("input[type=checkbox]")];

  function show() {
    const said = boxes.filter((box) => box.checked).map((box) => box.parentElement.textContent.trim());
    value.textContent = [...said, own.value.trim()].filter(Boolean).join(", ");
  }

  root.addEventListener("input", show);
  if (!again) return;
  again.hidden = false;
  again.addEventListener("click", () => {
    const words = JSON.parse(again.dataset.again);
    for (const box of boxes) if (words.includes(box.value)) box.checked = true;
    boxes.find((box) => box.checked)?.focus();
    root.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
