import { Store } from "./store.ts";

/** Dark or light: as the system has it, unless somebody has chosen. */

export const themes = ["system", "light", "dark"] as const;

export type Theme = (typeof themes)[number];

const place = "reprise.theme";
const darkSystem = matchMedia("(prefers-color-scheme: dark)");

export const theme = new Store<Theme>(kept());
/** What is shown. */
export const isDark = new Store(shown() === "dark");

export function chooseTheme(chosen: Theme): void {
  theme.set(chosen);
  try {
    localStorage.setItem(place, chosen);
  } catch {
    // It lasts as long as the page, then.
  }
  apply();
}

/** Colours are looked up where this attribute is. */
export function apply(): void {
  document.documentElement.dataset["theme"] = shown();
  isDark.set(shown() === "dark");
}

darkSystem.addEventListener("change", apply);

function shown(): "light" | "dark" {
  if (theme.value !== "system") return theme.value;
  return darkSystem.matches ? "dark" : "light";
}

function kept(): Theme {
  try {
    return themes.find((one) => one === localStorage.getItem(place)) ?? "system";
  } catch {
    return "system";
  }
}
