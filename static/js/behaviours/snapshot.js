// With consent, a small sealed list of today's medicines and sessions stays on this phone for when there is no network.
export default async function snapshot(root) {
  const owner = document.body.dataset.owner;
  const answer = await Outbox.fact("consent");
  if (answer?.owner === owner) {
    if (answer.yes) await fetchAndKeep(root, owner);
    root.hidden = true;
    return;
  }
  root.hidden = false;
  root.addEventListener("click", async (event) => {
    const choice = event.target.closest("[data-choice]")?.dataset.choice;
    if (!choice) return;
    await Outbox.remember("consent", { owner, yes: choice === "yes" });
    if (choice === "yes") await fetchAndKeep(root, owner);
    root.hidden = true;
  });
}

async function fetchAndKeep(root, owner) {
  const answer = await fetch(root.dataset.url, { cache: "no-store" }).catch(() => undefined);
  if (answer?.ok) await Outbox.seal("snapshot", { owner, ...(await answer.json()) });
}
