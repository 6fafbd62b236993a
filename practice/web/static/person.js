// The page of one person. What they do is sent to the server, and what changes there is shown here.
import "./elements.js";
import "./composer.js";
import "./dates.js";
import "./menu.js";
import { send, tell } from "./send.js";
import { keepUpToDate, onRefresh } from "./live.js";
import { showTop } from "./modal.js";
import { text } from "./texts.js";

const NEAR_PX = 80;
const scroll = document.getElementById("messages-scroll");
const toEnd = () => scroll?.scrollTo(0, scroll.scrollHeight);
const isNearEnd = () => scroll && scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_PX;

function seen(root) {
  if (root.querySelector("[data-unread]") && !document.hidden) send("gelezen");
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
  if (isOffline !== wasOffline) tell(isOffline ? text("offline") : "");
  wasOffline = isOffline;
}

document.getElementById("main").inert = false; // from now on, the scripts handle what a person does
toEnd();
showTop();
seen(document);
if (document.body.dataset.tab === "home") send("start");
keepUpToDate(sayOffline);
