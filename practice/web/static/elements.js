// The interactive elements of messages and views. Using one tells the app, after a confirmation if it has one.
import { isConfirmed } from "./confirm.js";
import { contentOf, send, tell, whileBusy } from "./send.js";

async function act(element, extra = {}) {
  const form = element.closest("form.source");
  if (element.getAttribute("aria-disabled") || !(await isConfirmed(element))) return;
  const { blockId, actionId, value, option } = element.dataset;
  const data = contentOf(form, { block_id: blockId, action_id: actionId, value: option ?? value ?? "", ...extra });
  tell("", form);
  const answer = await whileBusy(form, element, () => send("klik", data));
  tell(answer.failure, form);
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-click]");
  if (button) act(button, button.dataset.option ? { option: button.dataset.option } : {});
});

document.addEventListener("change", ({ target }) => {
  const element = target.closest("[data-dispatch]");
  if (element) act(element);
});
