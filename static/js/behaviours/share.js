// An address to pass on: copy it, or send it by whatever the phone has for that.
export default function share(root) {
  const address = root.querySelector(".code-address"), told = root.querySelector("[data-told]");
  const copy = root.querySelector("[data-copy]"), send = root.querySelector("[data-send]");
  copy.hidden = false;
  send.hidden = !navigator.share;

  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(address.textContent);
      told.textContent = root.dataset.copied;
    } catch {
      // no permission, or no secure connection: the address is marked, ready for the phone's own "Copy"
      getSelection().selectAllChildren(address);
      told.textContent = root.dataset.failed;
    }
  });
  // whoever closes the phone's sheet without sending has not failed
  send.addEventListener("click", () => navigator.share({ text: root.dataset.text, url: address.textContent }).catch(() => undefined));
}
