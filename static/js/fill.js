// What a form said, as pairs of name and value, into its fields. Returns the pairs that it has no field for.
export default function fill(form, said) {
  const fields = [...form.elements].filter(({ name, type }) => name && type !== "submit"), names = new Set(fields.map(({ name }) => name));
  const turn = {};   // several inputs of one name take their values in order
  for (const field of fields) {
    const values = said.filter(([name]) => name === field.name).map(([, value]) => value);
    if (["radio", "checkbox"].includes(field.type)) field.checked = values.includes(field.value);
    else if (field.type !== "hidden" || values.length) field.value = values[turn[field.name] ?? 0] ?? "";
    turn[field.name] = (turn[field.name] ?? 0) + 1;
  }
  // what it said is shown
  for (const field of fields) {
    if (field.checked !== field.defaultChecked || field.value !== (field.defaultValue ?? field.value)) field.closest("details")?.setAttribute("open", "");
  }
  form.dispatchEvent(new Event("change", { bubbles: true }));
  return said.filter(([name]) => !names.has(name));
}
