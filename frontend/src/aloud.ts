/** Reads a part of the page aloud, sentence by sentence, and shows where it is.

Pausing remembers the sentence and stops the voice: browsers differ in what they make of `pause()`, and some end a long
utterance by themselves. */

interface Sentence {
  text: string;
  block: HTMLElement;
  range: Range;
}

const BLOCKS = "h1, h2, h3, h4, p, li, dt, dd, th, td, figcaption, summary";
const SILENT = ".visually-hidden, [aria-hidden='true'], svg, script, style, [hidden], [data-unsaid]";
const PATIENCE = 1500; // ms in which a browser must name its voices

let bar: HTMLElement | null = null;
let sentences: Sentence[] = [];
let at = 0;
let turn = 0; // utterances of an earlier turn may still report their end

/** The sentences of a part, in the order of reading; each knows the text nodes that it covers. */
function sentencesOf(root: HTMLElement): Sentence[] {
  const blocks = new Map<HTMLElement, Text[]>();
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text | null) {
    const parent = node.parentElement;
    if (!node.data.trim() || !parent || parent.closest(SILENT)) continue;
    const block = parent.closest<HTMLElement>(BLOCKS) ?? root;
    blocks.set(block, [...(blocks.get(block) ?? []), node]);
  }
  return [...blocks].flatMap(([block, nodes]) => split(block, nodes));
}

function split(block: HTMLElement, nodes: Text[]): Sentence[] {
  const whole = nodes.map((node) => node.data).join("");
  const place = (offset: number): [Text, number] => {
    let rest = offset;
    for (const node of nodes) {
      if (rest <= node.length) return [node, rest];
      rest -= node.length;
    }
    const last = nodes[nodes.length - 1] as Text;
    return [last, last.length];
  };
  const found: Sentence[] = [];
  let start = 0;
  for (const part of whole.match(/[^。！？；!?;]+[。！？；!?;]*|[。！？；!?;]+/g) ?? []) {
    const range = document.createRange();
    range.setStart(...place(start));
    range.setEnd(...place(start + part.length));
    start += part.length;
    const text = part.replace(/\s+/g, " ").trim();
    if (text) found.push({ text, block, range });
  }
  return found;
}

function mark(sentence?: Sentence): void {
  const highlights = (CSS as unknown as { highlights?: Map<string, unknown> }).highlights;
  if (highlights) {
    const Kind = (globalThis as unknown as { Highlight: new (range: Range) => unknown }).Highlight;
    sentence ? highlights.set("spoken", new Kind(sentence.range)) : highlights.delete("spoken");
  }
  for (const old of document.querySelectorAll(".is-spoken")) old.classList.remove("is-spoken");
  sentence?.block.classList.add("is-spoken");
  sentence?.block.scrollIntoView({ block: "nearest" });
}

/** The voice for the language of the page, once the browser has named its voices; undefined when it has none. */
async function voice(): Promise<SpeechSynthesisVoice | undefined> {
  if (!("speechSynthesis" in window)) return undefined;
  const wanted = document.documentElement.lang.slice(0, 2);
  const tags = wanted === "zh" ? ["zh-cn", "cmn-hans", "zh-hans", "zh", "cmn"] : ["en"];
  const choose = (): SpeechSynthesisVoice | undefined => {
    const voices = speechSynthesis.getVoices();
    const tag = (one: SpeechSynthesisVoice): string => one.lang.toLowerCase().replace("_", "-");
    for (const start of tags) {
      const found = voices.find((one) => tag(one).startsWith(start));
      if (found) return found;
    }
    return undefined;
  };
  if (!choose())
    await new Promise<void>((done) => {
      speechSynthesis.addEventListener("voiceschanged", () => done(), { once: true });
      setTimeout(done, PATIENCE);
    });
  return choose();
}

function control(name: string): HTMLElement | null {
  return bar?.querySelector<HTMLElement>(`[data-aloud-do="${name}"]`) ?? null;
}

function show(state: "on" | "off" | "held" | "none"): void {
  if (!bar) return;
  const play = control("play");
  const label = play?.querySelector<HTMLElement>("[data-resume]");
  if (label) {
    label.dataset.first ??= label.textContent ?? "";
    label.textContent = (state === "held" ? label.dataset.resume : label.dataset.first) ?? "";
  }
  const focused = bar.contains(document.activeElement) ? document.activeElement : null;
  if (play) play.hidden = state === "on";
  for (const [name, seen] of [["pause", state === "on"], ["stop", state === "on" || state === "held"]] as const) {
    const button = control(name);
    if (button) button.hidden = !seen;
  }
  if (focused instanceof HTMLElement && focused.hidden) control(state === "on" ? "pause" : "play")?.focus();
  const says = bar.querySelector<HTMLElement>("[data-aloud-says]");
  if (says) says.textContent = bar.dataset[state] ?? "";
}

function speak(said: SpeechSynthesisVoice, mine: number): void {
  const sentence = sentences[at];
  if (!sentence || !sentence.block.isConnected) {
    end();
    return;
  }
  const utterance = new SpeechSynthesisUtterance(sentence.text);
  utterance.voice = said;
  utterance.lang = said.lang;
  utterance.rate = Number(bar?.querySelector<HTMLSelectElement>("select")?.value ?? 1);
  const next = (): void => {
    if (mine !== turn) return;
    at += 1;
    speak(said, mine);
  };
  utterance.onend = next;
  utterance.onerror = (event): void => {
    if (mine === turn && event.error !== "interrupted" && event.error !== "canceled") end("none");
  };
  mark(sentence);
  speechSynthesis.speak(utterance);
}

function silence(): void {
  turn += 1;
  if ("speechSynthesis" in window) speechSynthesis.cancel();
}

function end(state: "off" | "none" = "off"): void {
  silence();
  mark();
  sentences = [];
  at = 0;
  show(state);
}

async function play(): Promise<void> {
  const mine = ++turn;
  const said = await voice();
  if (mine !== turn) return;
  if (!said) {
    show("none");
    return;
  }
  const root = document.getElementById(bar?.dataset.aloud ?? "");
  if (!sentences.length && root) sentences = sentencesOf(root);
  show("on");
  speak(said, mine);
}

function pause(): void {
  silence();
  show("held");
}

function ready(): void {
  for (const one of document.querySelectorAll<HTMLElement>("[data-aloud]")) one.hidden = false;
}

export function aloud(): void {
  ready();
  document.addEventListener("htmx:after:swap", () => {
    if (bar && !bar.isConnected) end();
    ready();
  });
  window.addEventListener("pagehide", silence);
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("button[data-aloud-do]");
    if (!button) return;
    const mine = button.closest<HTMLElement>("[data-aloud]");
    if (mine !== bar) end();
    bar = mine;
    const what = button.dataset.aloudDo;
    if (what === "play") void play();
    else if (what === "pause") pause();
    else end();
  });
}
