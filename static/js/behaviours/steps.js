// Parts of a form, [data-step], shown one at a time with progress; without a script they stand below each other. What is
// answered so far is kept sealed on this phone under the form's [data-draft] for a day, until the form is in the outbox.
// Of the form's buttons, wherever they stand, [data-steps-back] and [data-steps-next] lead on, [data-steps-last] saves at
// the end only, any other one always. A disabled part is passed over.
const DAY = 864e5, WRONG = "[aria-invalid], .field__error";

export default async function steps(form) {
  const parts = [...form.querySelectorAll("[data-step]")], bar = form.querySelector("[data-steps-bar]");
  const buttons = (kind) => [...form.elements].filter((element) => element.matches(`[data-steps-${kind}]`));
  const draft = form.dataset.draft && `draft ${document.body.dataset.owner} ${form.dataset.draft}`;
  const wrong = parts.findIndex((part) => part.matches(WRONG) || part.querySelector(WRONG));
  let at = Math.max(wrong, 0);

  // the next part on this way that is asked, `from` included; -1 for none
  function near(from, way) {
    while (parts[from]?.disabled) from += way;
    return parts[from] ? from : -1;
  }

  function show(n, land = true) {
    at = n;
    const open = parts.filter((part) => !part.disabled), count = open.indexOf(parts[at]) + 1;
    for (const part of parts) part.hidden = part !== parts[at];
    for (const button of buttons("back")) button.hidden = near(at - 1, -1) < 0;
    for (const button of buttons("next")) button.hidden = near(at + 1, 1) < 0;
    for (const button of buttons("last")) button.hidden = near(at + 1, 1) >= 0;
    bar.hidden = false;
    const [words, meter] = [bar.querySelector("[data-words]"), bar.querySelector("progress")];
    words.textContent = words.dataset.words.replace("%(n)s", count).replace("%(all)s", open.length);
    meter.max = open.length;
    meter.value = count;
    if (!land) return;
    parts[at].tabIndex = -1;
    parts[at].focus({ preventScroll: true });
    scrollTo({ top: 0 });
  }

  function go(way) {
    const next = near(at + way, way);
    if (next >= 0) show(next);
    keep();
  }

  const keep = () => draft && Outbox.seal(draft, { at, written: Date.now(), said: [...new FormData(form)] }).catch(() => undefined);
  const forget = () => draft && Outbox.remember(draft).catch(() => undefined);

  for (const button of buttons("back")) button.addEventListener("click", () => go(-1));
  for (const button of buttons("next")) button.addEventListener("click", () => go(1));
  form.addEventListener("change", () => { show(at, false); keep(); });
  form.addEventListener("input", keep);
  form.addEventListener("kept", forget);
  // Enter in a field goes on, as long as nothing is there to save with
  form.addEventListener("submit", (event) => {
    if (!event.submitter?.hidden) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    go(1);
  }, { capture: true });

  show(at, false);
  const kept = draft && wrong < 0 && await Outbox.unseal(draft).catch(() => undefined);
  if (!kept) return;
  if (Date.now() - kept.written > DAY) return forget();
  fill(form, kept.said);
  show(near(Math.min(kept.at, parts.length - 1), -1), false);
}

function fill(form, said) {
  for (const field of form.elements) {
    const values = said.filter(([name]) => name && name === field.name).map(([, value]) => value);
    if (["radio", "checkbox"].includes(field.type)) field.checked = values.includes(field.value);
    else if (values.length && field.type !== "submit" && field.dataset.now === undefined) field.value = values[0];
  }
  form.dispatchEvent(new Event("change", { bubbles: true }));
}
