// With consent, a small sealed list of today's medicines and sessions stays on this phone for when there is no network.
export default async function snapshot(root) {
  const owner = document.body.dataset.owner;
  try {
    const answer = await Outbox.fact("consent");
    if (answer?.owner !== owner) return offer(root, owner);
    if (answer.yes) await fetchAndKeep(root, owner);
  } catch {
    // nothing can be kept here, so nothing is offered
  }
}

function offer(root, owner) {
  root.hidden = !isSecureContext;   // elsewhere nothing can be sealed
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
