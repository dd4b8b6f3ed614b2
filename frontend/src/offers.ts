/** Suggestions below a search box are links: arrow down leads into them, arrow up back, Escape puts them away. */

export function offers(): void {
  document.addEventListener("keydown", (event) => {
    const target = event.target as HTMLElement;
    const box = target.closest("form")?.querySelector<HTMLInputElement>("input[data-offers]");
    const place = box && document.getElementById(box.dataset.offers ?? "");
    if (!box || !place || event.isComposing) return;
    const links = [...place.querySelectorAll<HTMLElement>("a")];
    const at = links.indexOf(target);
    if (target !== box && at < 0) return;
    if (event.key === "Escape" && links.length) {
      place.replaceChildren();
      box.focus();
    } else if (event.key === "ArrowDown" && links.length) links[Math.min(at + 1, links.length - 1)]?.focus();
    else if (event.key === "ArrowUp" && at >= 0) (links[at - 1] ?? box).focus();
    else return;
    event.preventDefault();
  });
  document.addEventListener("focusin", (event) => {
    for (const box of document.querySelectorAll<HTMLInputElement>("input[data-offers]"))
      if (!box.form?.contains(event.target as Node)) document.getElementById(box.dataset.offers ?? "")?.replaceChildren();
  });
}
