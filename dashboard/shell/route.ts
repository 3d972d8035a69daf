import { useEffect, useState } from "preact/hooks";

/** Which view is shown, and with what filter: the part of the address behind `#`, which no server ever sees. */

export const viewNames = [
  "overview",
  "layers",
  "prompts",
  "lint",
  "entries",
  "answers",
  "invalidation",
  "tenants",
  "keys",
  "origins",
  "health",
] as const;

export type ViewName = (typeof viewNames)[number];

export interface Route {
  readonly view: ViewName;
  readonly filter: Readonly<Record<string, string>>;
}

export function routeOf(hash: string): Route {
  const [name = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const view = viewNames.find((one) => one === name) ?? "overview";
  return { view, filter: Object.fromEntries(new URLSearchParams(query)) };
}

export function hashOf(view: ViewName, filter: Route["filter"] = {}): string {
  const given = Object.entries(filter).filter(([, value]) => value !== "");
  return given.length === 0 ? `#/${view}` : `#/${view}?${new URLSearchParams(given)}`;
}

export function go(view: ViewName, filter: Route["filter"] = {}): void {
  location.hash = hashOf(view, filter);
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  useEffect(() => {
    const follow = (): void => setRoute(routeOf(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return route;
}
