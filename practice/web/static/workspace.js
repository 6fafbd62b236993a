// Buttons that act on the workspace itself: switch a fault, start over, choose a case to train on.
import { isConfirmed } from "./confirm.js";
import { refresh } from "./live.js";
import { text } from "./texts.js";

const status = document.getElementById("workspace-status");

async function post(path) {
  try {
    const response = await fetch(path, { method: "POST" });
    return response.ok ? await response.json() : { failure: text("did_not_work") };
  } catch {
    return { failure: text("did_not_work") };
  }
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-post]");
  if (!button || button.getAttribute("aria-disabled") || !(await isConfirmed(button))) return;
  const label = button.textContent;
  button.setAttribute("aria-disabled", "true");
  if (button.dataset.busy) button.textContent = button.dataset.busy;
  const { failure, go, done } = await post(button.dataset.post);
  status.textContent = failure || done || "";
  status.classList.toggle("hidden", !failure);
  if (go && !failure) {
    location.assign(go);
    return;
  }
  await refresh().catch(() => {});
  button.removeAttribute("aria-disabled");
  if (button.dataset.busy) button.textContent = label;
});
