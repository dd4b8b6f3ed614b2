/** File drops: what was chosen is shown with its size, what is too large is refused before it is sent.

With `data-url` each file is sent at once, with its progress; `sent` on the drop tells the page. Without, the files go
with the form. */
import { toast, word } from "./words";

const LARGEST = 10 * 1024 * 1024; // bytes, as the server has it

function size(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function part<K extends keyof HTMLElementTagNameMap>(tag: K, kind: string, text = ""): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = kind;
  element.textContent = text;
  return element;
}

function picture(file: File): HTMLElement {
  if (!file.type.startsWith("image/")) return part("span", "file-list__kind", file.name.split(".").pop()?.slice(0, 4).toUpperCase());
  const image = part("img", "file-list__picture");
  image.alt = "";
  image.src = URL.createObjectURL(file);
  image.onload = () => URL.revokeObjectURL(image.src);
  return image;
}

function row(file: File): HTMLLIElement {
  const line = part("li", "file-list__file");
  line.append(picture(file), part("span", "file-list__name", file.name), part("span", "file-list__state", size(file.size)));
  return line;
}

function say(line: HTMLElement, state: "sending" | "done" | "failed", text: string): void {
  line.dataset.state = state;
  const place = line.querySelector(".file-list__state");
  if (place) place.textContent = text;
  if (state !== "sending") line.querySelector("progress")?.remove();
}

function token(): string {
  return document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
}

/** XMLHttpRequest, because fetch does not tell how much has left. */
function send(drop: HTMLElement, name: string, file: File, line: HTMLElement): void {
  const bar = part("progress", "");
  bar.max = file.size;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  line.append(bar);
  say(line, "sending", word("sending"));
  const request = new XMLHttpRequest();
  request.open("POST", drop.dataset.url ?? "");
  request.setRequestHeader("X-CSRFToken", token());
  request.upload.onprogress = (event) => (bar.value = event.loaded);
  request.onload = () => {
    if (request.status >= 300) return say(line, "failed", word("failed"));
    say(line, "done", `${word("sent")} · ${size(file.size)}`);
    drop.dispatchEvent(new CustomEvent("sent", { bubbles: true, detail: request.responseText }));
  };
  request.onerror = () => {
    say(line, "failed", word("failed"));
    toast(word("failed"), true);
  };
  const body = new FormData();
  body.append(name, file);
  request.send(body);
}

function take(drop: HTMLElement, input: HTMLInputElement): void {
  const list = drop.querySelector(".file-list");
  const largest = Number(drop.dataset.largest || LARGEST);
  const files = [...(input.files ?? [])];
  if (!drop.dataset.url) list?.replaceChildren();
  for (const file of files) {
    const line = row(file);
    list?.append(line);
    if (file.size > largest) say(line, "failed", word("tooBig"));
    else if (drop.dataset.url) send(drop, input.name, file, line);
  }
  if (drop.dataset.url) input.value = "";
  else input.setCustomValidity(files.some((file) => file.size > largest) ? word("tooBig") : "");
}

export function files(): void {
  document.addEventListener("change", (event) => {
    const input = event.target as HTMLInputElement;
    const drop = input.closest<HTMLElement>("[data-file-drop]");
    if (drop && input.type === "file") take(drop, input);
  });
  for (const kind of ["dragover", "dragleave", "drop"] as const) {
    document.addEventListener(kind, (event) => {
      const label = (event.target as Element).closest<HTMLElement>("[data-file-drop] .file-drop");
      if (!label) return;
      event.preventDefault();
      label.toggleAttribute("data-over", kind === "dragover");
      const input = label.querySelector<HTMLInputElement>("input[type=file]");
      if (kind === "drop" && input && event.dataTransfer?.files.length) {
        input.files = event.dataTransfer.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
      }
    });
  }
}
