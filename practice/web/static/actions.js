// The interactive elements of messages and views: using one tells the app, after a confirmation where it asks for one.
import { isConfirmed } from "./confirm.js";
import { contentOf, perform, tell, whileBusy } from "./deeds.js";

const PAUSE_MS = 500;

async function act(element, extra = {}) {
  const form = element.closest("form.source");
  if (element.getAttribute("aria-disabled") || !(await isConfirmed(element))) return;
  const { blockId, actionId } = element.dataset;
  const data = contentOf(form, { block_id: blockId, action_id: actionId, ...extra });
  tell("", form);
  const answer = await whileBusy(form, element, () => perform("klik", data));
  tell(answer.failure, form);
}

function dispatch({ target }, when) {
  const element = target.closest("[data-dispatch]");
  if (!element?.dataset.dispatch.split(" ").includes(when)) return false;
  act(element);
  return true;
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-click]");
  if (button) act(button, button.dataset.option ? { option: button.dataset.option } : {});
});

document.addEventListener("change", (event) => dispatch(event, "change"));

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && dispatch(event, "enter")) event.preventDefault();
});

let pause;
document.addEventListener("input", (event) => {
  clearTimeout(pause);
  pause = setTimeout(() => dispatch(event, "input"), PAUSE_MS);
});
