/** What every page has. Pages work without it; with it they answer sooner. */
import "htmx.org";
import { files } from "./files";
import { forms } from "./forms";
import { keys } from "./keys";
import { live } from "./live";
import { overlays } from "./overlays";
import { tabs } from "./tabs";

overlays();
tabs();
forms();
files();
live();
keys();
if (document.querySelector("city-map")) {
  const address = document.querySelector<HTMLElement>("city-map")?.dataset.script;
  if (address) void import(/* @vite-ignore */ address);
}
