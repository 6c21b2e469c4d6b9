// Look at the password that one types, and hide it again.
export default function peek(button) {
  const input = document.getElementById(button.getAttribute("aria-controls"));
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", shown);
  });
  // browsers offer to keep what stands in a password field only
  input.form.addEventListener("submit", () => { input.type = "password"; });
}
