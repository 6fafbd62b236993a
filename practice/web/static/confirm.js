// Dialogs that ask for confirmation.

/** Resolves to true when the person confirms, or at once for an element without a dialog. */
export function isConfirmed(element) {
  if (!element.dataset.confirm) return true;
  const dialog = document.getElementById(element.dataset.confirm);
  return new Promise((answered) => {
    dialog.addEventListener("close", () => answered(dialog.returnValue === "confirm"), { once: true });
    dialog.returnValue = "";
    dialog.showModal();
  });
}

document.addEventListener("click", ({ target }) => {
  const answer = target.closest("dialog.confirm button");
  if (answer) answer.closest("dialog").close(answer.value);
});
