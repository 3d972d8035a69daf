import type { ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { connection } from "../api/connection.ts";
import { session } from "../api/session.ts";
import { Notice } from "../parts/notice.tsx";
import { AnswersView } from "../views/answers/answers-view.tsx";
import { EntriesView } from "../views/entries/entries-view.tsx";
import { HealthView } from "../views/health-view.tsx";
import { InvalidationView } from "../views/invalidation-view.tsx";
import { KeysView } from "../views/keys/keys-view.tsx";
import { LayersView } from "../views/layers-view.tsx";
import { LintView } from "../views/lint-view.tsx";
import { OriginsView } from "../views/origins-view.tsx";
import { OverviewView } from "../views/overview/overview-view.tsx";
import { PromptsView } from "../views/prompts-view.tsx";
import { TenantsView } from "../views/tenants-view.tsx";
import { Announcer, announce } from "./announcer.tsx";
import { Login } from "./login.tsx";
import { hashOf, type Route, useRoute, type ViewName, viewNames } from "./route.ts";
import { useStore } from "./store.ts";
import { TopBar } from "./top-bar.tsx";

export interface ViewProps {
  readonly filter: Route["filter"];
}

const views: Readonly<Record<ViewName, { readonly title: string; readonly View: ComponentType<ViewProps> }>> = {
  overview: { title: "Overview", View: OverviewView },
  layers: { title: "Layers", View: LayersView },
  prompts: { title: "Prompts", View: PromptsView },
  lint: { title: "Lint", View: LintView },
  entries: { title: "Entries", View: EntriesView },
  answers: { title: "Answers", View: AnswersView },
  invalidation: { title: "Invalidation", View: InvalidationView },
  tenants: { title: "Tenants", View: TenantsView },
  keys: { title: "Keys", View: KeysView },
  origins: { title: "Origins", View: OriginsView },
  health: { title: "Health", View: HealthView },
};

export function App() {
  const { client } = useStore(session);
  return (
    <>
      {client === undefined ? <Login /> : <Shell />}
      <Announcer />
    </>
  );
}

function Shell() {
  const route = useRoute();
  const { title, View } = views[route.view];
  const main = useRef<HTMLElement>(null);
  const shown = useRef(route.view);
  useEffect(() => {
    document.title = `${title} · Reprise`;
    if (shown.current === route.view) return;
    shown.current = route.view;
    // Whoever does not see the page change hears where they are, and goes on from there.
    main.current?.querySelector<HTMLElement>("h1")?.focus();
    scrollTo(0, 0);
  }, [route.view]);
  return (
    <div class="shell">
      {/* Not a link: the part of the address behind # names the view. */}
      <button class="skip button" type="button" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <TopBar />
      <nav class="nav" aria-label="Views">
        <ul>
          {viewNames.map((name) => (
            <li key={name}>
              <a href={hashOf(name)} aria-current={name === route.view ? "page" : undefined}>
                {views[name].title}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <main class="main" id="main" ref={main} tabIndex={-1}>
        <Lost />
        <div class="view">
          <View key={route.view} filter={route.filter} />
        </div>
      </main>
    </div>
  );
}

function Lost() {
  const { state, returns } = useStore(connection);
  const before = useRef(state);
  useEffect(() => {
    if (before.current === state) return;
    before.current = state;
    announce(state === "lost" ? "The gateway does not answer. Trying again." : "The gateway answers again.");
  }, [state, returns]);
  if (state === "connected") return null;
  return (
    <div class="lost">
      <Notice kind="warn">
        The gateway does not answer. It is tried again until it does; what is shown is from before.
      </Notice>
    </div>
  );
}
