// The drawing of a form: a tap marks a place in the list, a second tap asks there how strong it is. It can be drawn larger.
export default function bodymap(root) {
  const boxes = [...root.querySelectorAll(".region-list [name=where]")];
  const row = (box) => box.closest("li");
  const again = root.querySelector("[data-again]");
  if (again) again.removeAttribute("name");   // here it ticks the boxes themselves

  function paint() {
    const looks = new Map();
    for (const box of boxes) {
      const strength = row(box).querySelector("select"), spreads = row(box).querySelector("[name^=spreads]");
      strength.disabled = spreads.disabled = !box.checked;   // what is said of a place that is not marked is not sent
      if (!box.checked) continue;
      const look = ["is-on", strength.value && `p${strength.value}`, spreads.checked && "is-there"].filter(Boolean);
      for (const code of (box.dataset.parts ?? box.value).split(" ")) if (!looks.has(code) || !box.dataset.parts) looks.set(code, look);
    }
    for (const region of root.querySelectorAll("[data-region]")) region.setAttribute("class", ["reg", ...looks.get(region.dataset.region) ?? []].join(" "));
    for (const count of root.querySelectorAll("[data-count]")) {
      const n = boxes.filter((box) => box.checked && box.closest("fieldset").dataset.view === count.dataset.count).length;
      count.textContent = n ? `, ${n}` : "";
    }
    const marked = boxes.filter((box) => box.checked);
    root.querySelector("summary .value").textContent = marked.map((box) => box.labels[0].textContent.trim()).join(", ");
    if (again) again.checked = again.value.split(" ").every((code) => marked.some((box) => box.value === code));
  }

  root.addEventListener("click", (event) => {
    const code = event.target.closest("[data-region]")?.dataset.region, box = boxes.find((each) => each.value === code);
    if (!box) return;
    if (box.checked) return ask(row(box).querySelector("select"));
    box.checked = true;
    paint();
  });
  root.addEventListener("change", ({ target }) => {
    if (target === again) for (const code of again.value.split(" ")) boxes.find((box) => box.value === code).checked = again.checked;
    paint();
    // who took a place away beside the drawing goes on where they can mark another
    if (boxes.includes(target) && !target.checkVisibility()) root.querySelector("[name=side]:checked").focus({ preventScroll: true });
  });
  if (root.querySelector(".bodymap")) larger(root);
  paint();
}

function ask(select) {
  select.scrollIntoView({ block: "center" });
  select.focus({ preventScroll: true });
}

// Buttons that show a part of the drawing twice or three times as large, and move that part by half of itself.
function larger(root) {
  const tools = root.querySelector(".zoom"), drawings = [...root.querySelectorAll(".bodymap")];
  const [, , width, height] = drawings[0].getAttribute("viewBox").split(" ").map(Number);
  const kept = (at, zoom) => Math.min(Math.max(at, 0), 1 - 1 / zoom);
  let zoom = 1, left = 0, top = 0;

  const moved = ([x, y]) => [kept(left + x / zoom / 2, zoom), kept(top + y / zoom / 2, zoom)];
  const wanted = (button) => button.dataset.move?.split(" ").map(Number);
  const useless = (button) => {
    if (!button.dataset.move) return zoom + Number(button.dataset.zoom) < 1 || zoom + Number(button.dataset.zoom) > 3;
    const [x, y] = moved(wanted(button));
    return x === left && y === top;
  };

  function draw() {
    const box = [left * width, top * height, width / zoom, height / zoom].map(Math.round).join(" ");
    for (const drawing of drawings) drawing.setAttribute("viewBox", box);
    for (const button of tools.children) button.setAttribute("aria-disabled", useless(button));
  }

  tools.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button || useless(button)) return;
    if (button.dataset.move) [left, top] = moved(wanted(button));
    else {
      const next = zoom + Number(button.dataset.zoom), half = (1 / zoom - 1 / next) / 2;
      // from the middle of the body; from above where all of it was seen, since most pain sits there
      [left, top] = [kept(left + half, next), kept(zoom === 1 ? 0.1 : top + half, next)];
      zoom = next;
    }
    draw();
  });
  tools.hidden = false;
  draw();
}
