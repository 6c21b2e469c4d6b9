// A passkey: our question goes to the phone, and the phone's answer into the form, which is then sent as any other.
// The form is hidden where the browser knows no passkeys. With `data-autofill`, the id of a field, the browser offers them
// in that field too, from when the field can be seen.
export default function passkey(form) {
  if (!window.PublicKeyCredential) return;
  const button = form.querySelector("[data-ask]"), told = form.querySelector("[data-told]");
  const offer = form.dataset.autofill ? autofill(form) : undefined;
  form.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    told.textContent = "";
    offer?.end();
    try {
      send(form, await answered(form.dataset));
    } catch {
      told.textContent = form.dataset.failed;
    } finally {
      button.disabled = false;
    }
  });
}

function send(form, answer) {
  form.elements.credential.value = JSON.stringify(answer);
  form.requestSubmit();
}

// A question is good for ten minutes, so it is asked anew before. A browser asks one thing at a time: `end` leaves the
// button its turn.
function autofill(form) {
  const field = document.getElementById(form.dataset.autofill), fold = field.closest("details");
  let asking, ended = false;
  const ask = () => {
    asking?.abort();
    const { signal } = asking = new AbortController();
    answered(form.dataset, { mediation: "conditional", signal }).then((answer) => send(form, answer), () => undefined);
  };
  const begin = async () => {
    if (asking || !fold.open || !await PublicKeyCredential.isConditionalMediationAvailable?.() || asking || ended) return;
    ask();
    const again = setInterval(() => asking.signal.aborted ? clearInterval(again) : ask(), 9 * 60_000);
  };
  fold.addEventListener("toggle", begin);
  begin();
  return { end: () => { ended = true; asking?.abort(); } };
}

async function answered(data, how = {}) {
  const asked = await fetch(data.options, { method: "POST", body: new URLSearchParams({ for: data.for }) });
  if (!asked.ok) throw new Error(asked.status);
  const publicKey = read(data.verb, await asked.json());
  const credential = await navigator.credentials[data.verb]({ publicKey, ...how });
  return credential.toJSON ? credential.toJSON() : written(credential);
}

// Phones of before 2025 read and write no JSON themselves.
function read(verb, options) {
  const parse = verb === "create" ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
  if (PublicKeyCredential[parse]) return PublicKeyCredential[parse](options);
  const named = (list) => list?.map((each) => ({ ...each, id: bytes(each.id) }));
  const user = options.user && { ...options.user, id: bytes(options.user.id) };
  return { ...options, user, challenge: bytes(options.challenge), allowCredentials: named(options.allowCredentials),
    excludeCredentials: named(options.excludeCredentials) };
}

function written({ id, rawId, type, response }) {
  const said = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[part]) said[part] = text(response[part]);
  }
  return { id, rawId: text(rawId), type, response: said, clientExtensionResults: {} };
}

function bytes(coded) {
  return Uint8Array.from(atob(coded.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
}

function text(buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
