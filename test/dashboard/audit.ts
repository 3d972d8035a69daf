/** What is looked at in a page as a reader of it meets it. Everything here runs in the browser. */

/** Controls without a name, as the browser computes it. */
export function namelessControls(): readonly string[] {
  // What is behind a dialog is hidden from everybody, and has no name then.
  const place = document.querySelector("dialog:modal") ?? document;
  const controls = place.querySelectorAll("a, button, input, select, textarea, table, nav, figure, [tabindex='0']");
  return [...controls]
    .filter((element) => (element as unknown as { readonly computedName: string }).computedName.trim() === "")
    .map((element) => element.outerHTML.slice(0, 200));
}

/** What breaks the order of headings, the landmarks, or the headers of tables. */
export function structureFaults(): readonly string[] {
  const faults: string[] = [];
  const levels = [...document.querySelectorAll("h1, h2, h3, h4")].map(({ tagName }) => Number(tagName.slice(1)));
  if (levels.filter((level) => level === 1).length !== 1) faults.push("not one heading of the first level");
  levels.forEach((level, at) => {
    if (level > (levels[at - 1] ?? 0) + 1) faults.push(`a heading of level ${level} after ${levels[at - 1]}`);
  });
  for (const landmark of ["main", "nav", "header"]) {
    if (document.querySelectorAll(landmark).length !== 1) faults.push(`not one ${landmark}`);
  }
  for (const table of document.querySelectorAll("table")) {
    if (table.caption === null) faults.push("a table without a caption");
    for (const cell of table.querySelectorAll("th")) if (!cell.scope) faults.push("a header without a scope");
    if (table.querySelectorAll("tbody tr > :first-child:not(th)").length > 0) faults.push("a row without a header");
  }
  for (const image of document.querySelectorAll("img")) if (image.getAttribute("alt") === null) faults.push("no alt");
  const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  if (new Set(ids).size !== ids.length) faults.push("an id that stands twice");
  if (document.documentElement.lang === "") faults.push("no language");
  for (const element of document.querySelectorAll("[tabindex]")) {
    if ((element as HTMLElement).tabIndex > 0) faults.push("an order of focus of its own");
  }
  return faults;
}

/**
 * Texts whose contrast to what is behind them is too low: 4.5, or 3 where they are large (WCAG 2.2, 1.4.3). The ratio is
 * that of relative luminances.
 */
export function faintTexts(): readonly string[] {
  const channels = (color: string): readonly number[] => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (color: string): number => {
    const [red = 0, green = 0, blue = 0] = channels(color)
      .slice(0, 3)
      .map((value) => value / 255)
      .map((value) => (value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element: Element): string => {
    for (let at: Element | null = element; at !== null; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if ((channels(color)[3] ?? 1) > 0) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const faint: string[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    const text = node.textContent?.trim() ?? "";
    if (element === null || text === "" || !element.checkVisibility() || element.matches(":disabled, noscript"))
      continue;
    const style = getComputedStyle(element);
    const size = Number.parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const [light = 0, dark = 0] = [luminance(style.color), luminance(behind(element))].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < (isLarge ? 3 : 4.5)) faint.push(`${ratio.toFixed(2)} ${text.slice(0, 40)}`);
  }
  return faint;
}

/** Where the focus is, and whether it can be seen. */
export function focused(): { readonly name: string; readonly role: string; readonly isVisible: boolean } {
  const element = document.activeElement as HTMLElement & {
    readonly computedName: string;
    readonly computedRole: string;
  };
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const isVisible = outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2;
  return { name: element.computedName, role: element.computedRole, isVisible };
}
