// Sends what a person does to the server, and shows what the server answers.
import { refresh } from "./live.js";
import { text } from "./texts.js";

const everywhere = document.getElementById("trouble");

/** Sends an action and shows what changed. Returns `{errors, failure}`. */
export async function send(name, data = new FormData()) {
  const answer = await post(name, data);
  await refresh().catch(() => {});
  return answer;
}

/** Sends an action of which nothing is shown. */
export async function post(name, body) {
  try {
    const response = await fetch(`${document.body.dataset.base}/${name}`, { method: "POST", body });
    if (response.ok) return await response.json();
  } catch {
    // Handled below, like every other failure.
  }
  return { errors: {}, failure: text("trouble") };
}

/** Returns the fields of a message or view, with the id by which the server knows it. */
export function contentOf(form, extra = {}) {
  const data = new FormData(form);
  data.set("source", form.dataset.source);
  for (const [name, value] of Object.entries(extra)) data.set(name, value);
  return data;
}

/** Runs `work` while the form shows that it is busy and the button is disabled. */
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

/** Shows a failure where the person is looking: in the dialog, or below the tab. */
export function tell(message, form = null) {
  (form?.querySelector("[data-failure]") ?? everywhere).textContent = message;
}
