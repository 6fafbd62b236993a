// The page of one person: what they do goes to the server, and what changes there is shown here.
import "./actions.js";
import "./composer.js";
import "./dates.js";
import "./menu.js";
import { perform, tell } from "./deeds.js";
import { keepUpToDate, onRefresh } from "./live.js";
import { showTop } from "./modal.js";

const OFFLINE = "Geen verbinding met de oefenwerkplek. We blijven het proberen.";
const NEAR_PX = 80;
const scroll = document.getElementById("messages-scroll");
const toEnd = () => scroll?.scrollTo(0, scroll.scrollHeight);
const isNearEnd = () => scroll && scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_PX;

function seen(root) {
  if (root.querySelector("[data-unread]") && !document.hidden) perform("gelezen");
}

onRefresh(isNearEnd, (fresh, wasNearEnd) => {
  if (wasNearEnd) toEnd();
  showTop();
  seen(fresh);
});

document.addEventListener("toggle", async ({ target }) => {
  const { load } = target.dataset;
  if (!target.open || !load) return;
  delete target.dataset.load;
  target.querySelector(".detail").innerHTML = await (await fetch(load)).text();
}, true);

let wasOffline = false;
function sayOffline(isOffline) {
  if (isOffline !== wasOffline) tell(isOffline ? OFFLINE : "");
  wasOffline = isOffline;
}

document.getElementById("main").inert = false; // from here on, what one does is heard
toEnd();
showTop();
seen(document);
if (document.body.dataset.tab === "home") perform("start");
keepUpToDate(sayOffline);
