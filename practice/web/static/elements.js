// The interactive elements of messages and views. Using one tells the app, after a confirmation if it has one.
import { isConfirmed } from "./confirm.js";
import { contentOf, post, send, tell, whileBusy } from "./send.js";

const underWay = new Set();

function act(element, extra = {}) {
  const acting = tellClick(element, extra).finally(() => underWay.delete(acting));
  underWay.add(acting);
}

async function tellClick(element, extra) {
  const form = element.closest("form.source");
  if (element.getAttribute("aria-disabled") || !(await isConfirmed(element))) return;
  const { blockId, actionId, value, option } = element.dataset;
  await telling;
  const data = contentOf(form, { block_id: blockId, action_id: actionId, value: option ?? value ?? "", ...extra });
  tell("", form);
  const answer = await whileBusy(form, element, () => send("klik", data));
  tell(answer.failure, form);
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-click]");
  if (button) act(button, button.dataset.option ? { option: button.dataset.option } : {});
});

let telling = null;
let typedIn = null;

/** Tells the app what is typed: at once, and what is typed meanwhile together after that. */
async function tellTyped() {
  while (typedIn) {
    const typed = typedContent();
    if (typed) await post("klik", typed);
  }
  telling = null;
}

function typedContent() {
  const form = typedIn?.closest("form.source");
  const { blockId, actionId } = typedIn?.dataset ?? {};
  typedIn = null;
  return form ? contentOf(form, { block_id: blockId, action_id: actionId }) : null;
}

addEventListener("pagehide", () => {
  const typed = typedContent();
  if (typed) navigator.sendBeacon(`${document.body.dataset.base}/klik`, typed);
});

/** Resolves when the app has answered everything that was typed, chosen and clicked. */
export async function heard() {
  while (underWay.size) await Promise.allSettled(underWay);
  await telling;
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-typed]")) return;
  typedIn = target;
  telling ??= tellTyped();
});

document.addEventListener("change", ({ target }) => {
  const element = target.closest("[data-dispatch]");
  if (element) act(element);
});
