// The open modal: it is shown as a dialog, submitted and closed, and its errors are shown beside their fields.
import { heard } from "./elements.js";
import { text } from "./texts.js";
import { contentOf, send, tell, whileBusy } from "./send.js";

let focusBefore = null;

/** Opens the dialog in the page, if it is not open yet. Without one, the focus returns to where it was. */
export function showTop() {
  const dialog = document.querySelector("dialog.modal");
  if (dialog && !dialog.open) open(dialog);
  if (!dialog && focusBefore) {
    (focusBefore.isConnected ? focusBefore : document.getElementById("composer-text"))?.focus();
    focusBefore = null;
  }
}

function open(dialog) {
  focusBefore ??= document.activeElement;
  dialog.showModal();
  mark(dialog);
  const first = dialog.querySelector("[autofocus]") ?? dialog.querySelector(".body :is(input, select, textarea)");
  (first ?? dialog.querySelector("h2")).focus();
}

/** Submits the form, after the app has heard of a choice that was just made. */
async function submit(sent) {
  if (sent.querySelector("[type=submit]")?.getAttribute("aria-disabled")) return;
  await heard();
  const form = sent.isConnected ? sent : document.querySelector("dialog.modal form.source");
  const button = form?.querySelector("[type=submit]");
  if (!button) return;
  const label = button.textContent;
  tell("", form);
  button.textContent = text("busy");
  const answer = await whileBusy(form, button, () => send("verstuur", contentOf(form)));
  button.textContent = label;
  showErrors(form, answer.errors ?? {});
  tell(answer.failure, form);
}

function showErrors(form, errors) {
  for (const field of form.querySelectorAll("[data-block]")) {
    field.querySelector("[data-error]").textContent = errors[field.dataset.block] ?? "";
  }
  mark(form);
  form.querySelector("[aria-invalid]")?.focus();
}

/** Marks the fields with an error, for screen readers. */
function mark(root) {
  for (const field of root.querySelectorAll("[data-block]")) {
    const control = field.matches("fieldset") ? field : field.querySelector("[name]");
    const isWrong = field.querySelector("[data-error]").textContent !== "";
    if (isWrong) control?.setAttribute("aria-invalid", "true");
    else control?.removeAttribute("aria-invalid");
  }
}

async function close(dialog) {
  const form = dialog.querySelector("form");
  await heard();
  const answer = await send("sluit", contentOf(form));
  tell(answer.failure, form);
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form.source")) return;
  event.preventDefault();
  if (event.target.closest("dialog.modal")) submit(event.target);
});

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-close]")) close(target.closest("dialog"));
});

document.addEventListener("keydown", (event) => {
  const dialog = event.target.closest?.("dialog");
  if (event.key !== "Escape" || !dialog?.matches(".modal")) return;
  event.preventDefault(); // the app is told first; the dialog disappears when the server has closed it
  close(dialog);
});

document.addEventListener("input", ({ target }) => {
  const counter = target.parentElement.querySelector("[data-counter]");
  if (!counter || target.maxLength < 0) return;
  counter.textContent = `${target.value.length} / ${target.maxLength}`;
  counter.hidden = target.value.length < target.maxLength / 2; // no count while there is plenty of room
});
