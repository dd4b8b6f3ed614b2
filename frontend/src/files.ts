/** File drops: name, size and a picture of what was chosen, and a refusal of what is too big, before anything is sent. */
import { word } from "./words";

const LARGEST = 10 * 1024 * 1024;

function size(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function show(drop: HTMLElement, input: HTMLInputElement): void {
  const list = drop.querySelector(".file-list");
  if (!list) return;
  list.replaceChildren(
    ...[...(input.files ?? [])].map((file) => {
      const row = document.createElement("li");
      if (file.type.startsWith("image/")) {
        const picture = document.createElement("img");
        picture.alt = "";
        picture.src = URL.createObjectURL(file);
        picture.onload = () => URL.revokeObjectURL(picture.src);
        row.append(picture);
      }
      const name = document.createElement("span");
      name.textContent = `${file.name} · ${size(file.size)}`;
      row.append(name);
      if (file.size > LARGEST) {
        const wrong = document.createElement("strong");
        wrong.className = "field__error";
        wrong.textContent = word("tooBig");
        row.append(wrong);
      }
      return row;
    }),
  );
  const tooBig = [...(input.files ?? [])].some((file) => file.size > LARGEST);
  input.setCustomValidity(tooBig ? word("tooBig") : "");
}

export function files(): void {
  document.addEventListener("change", (event) => {
    const input = event.target as HTMLInputElement;
    const drop = input.closest<HTMLElement>("[data-file-drop]");
    if (drop && input.type === "file") show(drop, input);
  });
  for (const kind of ["dragover", "dragleave", "drop"] as const) {
    document.addEventListener(kind, (event) => {
      const label = (event.target as Element).closest<HTMLElement>("[data-file-drop] .file-drop");
      if (!label) return;
      event.preventDefault();
      label.classList.toggle("file-drop--over", kind === "dragover");
      const input = label.querySelector<HTMLInputElement>("input[type=file]");
      if (kind === "drop" && input && event.dataTransfer?.files.length) {
        input.files = event.dataTransfer.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
      }
    });
  }
}
