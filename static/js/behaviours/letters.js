// The list of what is on this phone and not yet sent: what needs a look first, then in order; a piece at a time.
import { asked, land } from "./outbox.js";
import { flush, show } from "./unsent.js";

const PIECE = 25;

// Returns what draws the list anew, if anything in it is another. `correcting(letter)`: a way to open it in its form.
export default function letters(root, owner, attach, correcting) {
  const place = root.querySelector("[data-letters]"), more = root.querySelector("[data-more]"), words = root.dataset;
  let drawn = "", shown = PIECE;

  async function list() {
    const all = await Outbox.letters(owner), order = [...all.filter(stuck), ...all.filter((letter) => !stuck(letter))];
    const now = JSON.stringify([shown, ...order.map(({ id, state, status, edition, sent }) => [id, state, status, edition, sent])]);
    if (now === drawn) return;
    drawn = now;
    place.replaceChildren(...await Promise.all(order.slice(0, shown).map(row)));
    place.closest("section").hidden = !all.length;
    more.hidden = order.length <= shown;
    more.textContent = more.dataset.words.replace("%(n)s", order.length - shown);
  }

  more.onclick = async () => {
    const next = place.children.length;
    shown += 4 * PIECE;
    await list();
    land(place.children[next].querySelector("h3"));
  };

  async function row(letter) {
    const copy = root.querySelector("template[data-of=letter]").content.cloneNode(true), part = (name) => copy.querySelector(`[data-${name}]`);
    const plain = await Outbox.open(letter).catch(() => undefined), correct = plain && correcting(letter);
    const taken = letter.status === 409 && plain?.problems.length > 0;
    const when = new Date(letter.written).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    part("title").textContent = plain ? plain.title : words.sealed;
    part("when").textContent = when;
    part("state").textContent = words[{ look: "stateLook", "sign-in": "stateSignIn" }[letter.state] ?? "stateWaiting"];
    part("why").replaceChildren(...why(letter, plain).map(line));
    part("why").hidden = !part("why").children.length;
    part("again").hidden = !plain || !stuck(letter) || taken;
    part("anew").hidden = !taken;
    part("correct").hidden = !correct;
    part("again").onclick = () => Outbox.retry(letter.id).then(() => sent(letter.id));
    part("anew").onclick = () => renew(letter, plain).then(() => sent(letter.id));
    part("correct").onclick = () => correct(plain.body, words.correcting.replace("%(when)s", when));
    part("drop").onclick = () => confirm(letter.sent ? words.dropSent : words.dropWarn) && Outbox.remove(letter.id).then(after);
    return copy;
  }

  // What the server said in its own words; else in ours, by its answer.
  function why(letter, plain) {
    if (!stuck(letter)) return letter.sent ? [words.maybe] : [];
    if (!plain) return [words.whySealed];
    return plain.problems.length ? plain.problems : [words[`why${letter.status}`] ?? words.why];
  }

  async function sent(id) {
    if (!await asked(id, (await flush(id))[id] ?? {}, attach)) await after();
  }

  async function after() {
    await show();
    await list();
    land(root.querySelector(place.children.length ? "#letters-h" : "h1"));
  }

  return list;
}

const stuck = ({ state }) => state === "look";

// The server keeps what came first by this id; this goes there beside it, by another one.
async function renew({ id, owner, url, fragment }, { body, title }) {
  const said = new URLSearchParams(body);
  said.set("uuid", crypto.randomUUID());
  await Outbox.put({ id, owner, url, fragment, title, body: said.toString() });
}

function line(text) {
  const element = document.createElement("span");
  element.textContent = text;
  return element;
}
