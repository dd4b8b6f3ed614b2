/** What every page has. Pages work without it; with it they answer sooner. */
import "htmx.org";
import { aloud } from "./aloud";
import { editor } from "./editor";
import { files } from "./files";
import { forms } from "./forms";
import { keys } from "./keys";
import { live } from "./live";
import { offers } from "./offers";
import { overlays } from "./overlays";
import { tabs } from "./tabs";

overlays();
tabs();
forms();
files();
live();
keys();
offers();
aloud();
editor();

/** An island loads its script only where a page holds it. */
function islands(): void {
  const address = document.querySelector<HTMLElement>("city-map")?.dataset.script;
  if (address && !customElements.get("city-map")) void import(/* @vite-ignore */ address);
}

islands();
document.addEventListener("htmx:after:swap", islands);

/** The clock of a wall. */
for (const clock of document.querySelectorAll<HTMLElement>("[data-clock]")) {
  const tick = (): void => {
    clock.textContent = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: clock.dataset.clock }).format();
  };
  tick();
  setInterval(tick, 1000);
}
