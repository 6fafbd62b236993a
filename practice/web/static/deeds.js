// What a person does, sent to the server, and what it says back.
import { refresh } from "./live.js";

const TROUBLE = "We hadden moeite met verbinden. Probeer het opnieuw.";
const everywhere = document.getElementById("trouble");

/** Sends a deed and shows what changed; answers `{errors, failure}`. */
export async function perform(name, data = new FormData()) {
  const answer = await send(name, data);
  await refresh().catch(() => {});
  return answer;
}

async function send(name, body) {
  try {
    const response = await fetch(`${document.body.dataset.base}/${name}`, { method: "POST", body });
    if (response.ok) return await response.json();
  } catch {
    // Answered below, as for every other trouble on the way.
  }
  return { errors: {}, failure: TROUBLE };
}

/** What stands in a message or view, with the source that the server knows it by. */
export function contentOf(form, extra = {}) {
  const data = new FormData(form);
  data.set("source", form.dataset.source);
  for (const [name, value] of Object.entries(extra)) data.set(name, value);
  return data;
}

/** Does something while the form shows that it is busy; the same button cannot be used twice meanwhile. */
export async function whileBusy(form, button, work) {
  form.setAttribute("aria-busy", "true");
  button?.setAttribute("aria-disabled", "true");
  try {
    return await work();
  } finally {
    form.removeAttribute("aria-busy");
    button?.removeAttribute("aria-disabled");
  }
}

/** Shows trouble where the person is looking: in the dialog, or else under the tab. */
export function tell(text, form = null) {
  (form?.querySelector("[data-failure]") ?? everywhere).textContent = text;
}
