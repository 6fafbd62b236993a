// Buttons that do something to the workspace itself: switch a fault, begin anew, choose a case to train on.
import { isConfirmed } from "./confirm.js";
import { refresh } from "./live.js";

const TROUBLE = "Dat lukte niet. Probeer het opnieuw.";
const said = document.getElementById("stage-said");

async function post(path) {
  try {
    const response = await fetch(path, { method: "POST" });
    return response.ok ? await response.json() : { failure: TROUBLE };
  } catch {
    return { failure: TROUBLE };
  }
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-post]");
  if (!button || button.getAttribute("aria-disabled") || !(await isConfirmed(button))) return;
  const label = button.textContent;
  button.setAttribute("aria-disabled", "true");
  if (button.dataset.busy) button.textContent = button.dataset.busy;
  const { failure, go, done } = await post(button.dataset.post);
  said.textContent = failure || done || "";
  said.classList.toggle("hidden", !failure);
  if (go && !failure) {
    location.assign(go);
    return;
  }
  await refresh().catch(() => {});
  button.removeAttribute("aria-disabled");
  if (button.dataset.busy) button.textContent = label;
});
