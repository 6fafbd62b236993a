// The clock in the bar: it runs on by itself, and its buttons move it.
import { onRefresh, refresh } from "./live.js";

const TROUBLE = "De klok verzetten lukte niet. Probeer het opnieuw.";
const timeZone = "Europe/Amsterdam";
const day = new Intl.DateTimeFormat("nl-NL", { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone });
const time = new Intl.DateTimeFormat("nl-NL", { hour: "2-digit", minute: "2-digit", timeZone });
const said = document.getElementById("clock-said");
const behind = new WeakMap(); // the element that shows the time → how far this machine is ahead of it

function run() {
  const shown = document.getElementById("now");
  if (!behind.has(shown)) behind.set(shown, Date.now() - Date.parse(shown.dateTime));
  const now = Date.now() - behind.get(shown);
  const words = `${day.format(now)}, ${time.format(now)}`;
  if (shown.textContent !== words) shown.textContent = words;
  return words;
}

async function move(number) {
  try {
    const response = await fetch(`/klok/${number}`, { method: "POST" });
    return response.ok ? (await response.json()).failure : TROUBLE;
  } catch {
    return TROUBLE;
  }
}

/** Failures are for everybody to see; where the time went is seen anyway, and said to who listens. */
function say(failure) {
  said.classList.toggle("hidden", !failure);
  said.textContent = failure || `Het is nu ${run()}.`;
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-move]");
  const bar = button?.closest(".clock");
  if (!button || bar.hasAttribute("aria-busy")) return;
  bar.setAttribute("aria-busy", "true");
  const failure = await move(button.dataset.move);
  await refresh().catch(() => {});
  bar.removeAttribute("aria-busy");
  say(failure);
});

onRefresh(() => {}, run);
setInterval(run, 1000);
run();
while (!document.querySelector("[data-move]")) { // the bot is still starting
  await new Promise((passed) => setTimeout(passed, 1000));
  await refresh().catch(() => {});
}
