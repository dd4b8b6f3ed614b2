/** Tabs: arrows, Home and End move, the panel follows. */

function show(tab: HTMLElement): void {
  for (const one of tab.closest('[role="tablist"]')?.querySelectorAll<HTMLElement>('[role="tab"]') ?? []) {
    one.setAttribute("aria-selected", String(one === tab));
    one.tabIndex = one === tab ? 0 : -1;
    const panel = document.getElementById(one.getAttribute("aria-controls") ?? "");
    if (panel) panel.hidden = one !== tab;
  }
}

function target(list: HTMLElement[], at: number, key: string): HTMLElement | undefined {
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[key];
  return to === undefined ? undefined : list.at(to % list.length);
}

export function tabs(): void {
  document.addEventListener("click", (event) => {
    const tab = (event.target as Element).closest<HTMLElement>('[role="tab"]');
    if (tab) show(tab);
  });
  document.addEventListener("keydown", (event) => {
    const tab = (event.target as Element).closest<HTMLElement>('[role="tab"]');
    const list = [...(tab?.closest('[role="tablist"]')?.querySelectorAll<HTMLElement>('[role="tab"]') ?? [])];
    const next = tab ? target(list, list.indexOf(tab), event.key) : undefined;
    if (!next) return;
    event.preventDefault();
    show(next);
    next.focus();
  });
}
