/** Live parts of a page: `data-live="/live/?t=ticket"` listens to the server; each notice fires `live` on the element.

htmx renews the element on that event. The stream is read by hand, since an EventSource hears only the event names it
knows beforehand, and these are named by what changed. It ends with its element; an expired ticket asks for the page anew. */
import { toast, word } from "./words";

const PAUSE = 300; // ms: notices that come together renew once
const AGAIN = 2000; // ms before listening again
const open = new Map<HTMLElement, AbortController>();

const sleep = (ms: number): Promise<void> => new Promise((wake) => setTimeout(wake, ms));

/** Calls `heard` for every notice until the stream ends; false when there is no use in coming back. */
async function hear(address: string, signal: AbortSignal, heard: () => void): Promise<boolean> {
  const answer = await fetch(address, { headers: { Accept: "text/event-stream" }, cache: "no-store", signal });
  if (answer.status === 204 || (answer.status >= 400 && answer.status < 500)) return false;
  const reader = answer.ok ? answer.body?.pipeThrough(new TextDecoderStream()).getReader() : undefined;
  let rest = "";
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    const messages = (rest + part.value).split("\n\n");
    rest = messages.pop() ?? "";
    if (messages.some((message) => /^data:/m.test(message))) heard();
  }
  return true;
}

async function listen(element: HTMLElement): Promise<void> {
  if (open.has(element)) return;
  const end = new AbortController();
  open.set(element, end);
  let waiting = 0;
  const renew = (): void => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => element.dispatchEvent(new CustomEvent("live")), PAUSE);
  };
  while (!end.signal.aborted) {
    try {
      if (!(await hear(element.dataset.live ?? "", end.signal, renew))) {
        toast(word("gone"), true);
        return;
      }
    } catch {
      // cut off: listening again is all there is to do
    }
    await sleep(AGAIN);
    if (!end.signal.aborted) renew(); // what happened while nobody listened
  }
}

function stop(element: HTMLElement): void {
  open.get(element)?.abort();
  open.delete(element);
}

function look(): void {
  for (const element of open.keys()) if (!element.isConnected) stop(element);
  for (const element of document.querySelectorAll<HTMLElement>("[data-live]")) void listen(element);
}

export function live(): void {
  look();
  document.addEventListener("htmx:after:swap", look);
  window.addEventListener("pagehide", () => [...open.keys()].forEach(stop));
  window.addEventListener("pageshow", (event) => event.persisted && look());
  window.addEventListener("offline", () => toast(word("offline"), true));
}
