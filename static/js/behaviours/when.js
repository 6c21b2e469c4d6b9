// Parts of a form that are asked only after certain answers: [data-when] holds rules, all of which must hold; a rule is
// [any, tests], a test [name, operator, value], where a whole number or a fraction is compared as such.
const TESTS = {
  "=": (a, b) => a === b, "!=": (a, b) => a !== b, ">": (a, b) => a > b, "<": (a, b) => a < b, ">=": (a, b) => a >= b, "<=": (a, b) => a <= b,
};

export default function when(form) {
  const parts = [...form.querySelectorAll("[data-when]")].map((part) => ({ part, rules: JSON.parse(part.dataset.when) }));
  for (const hint of form.querySelectorAll("[data-hint]")) hint.remove();

  function holds([name, operator, value]) {
    const given = new FormData(form).get(name)?.trim() ?? "";   // what is not asked is not in it
    if (operator === "exists") return (given !== "") === value;
    if (given === "") return operator === "!=";
    return TESTS[operator](typeof value === "number" ? Number(given.replace(",", ".")) : given, value);
  }

  function apply() {
    // one may depend on another: as often as there are parts is enough
    for (const _ of parts) {
      for (const { part, rules } of parts) part.disabled = !rules.every(([any, tests]) => any ? tests.some(holds) : tests.every(holds));
    }
    for (const { part } of parts) part.hidden = part.disabled;
  }

  form.addEventListener("change", apply);
  apply();
}
