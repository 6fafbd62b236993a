// A chosen date in words, below its field.
const words = new Intl.DateTimeFormat("nl-NL", { dateStyle: "full", timeZone: "UTC" });

document.addEventListener("input", ({ target }) => {
  const shown = target.nextElementSibling;
  if (target.type === "date" && shown?.matches(".in-words")) shown.textContent = target.value ? words.format(target.valueAsDate) : "";
});
