import { connection } from "../api/connection.ts";
import { isTelling } from "../api/live-events.ts";
import { logOut } from "../api/session.ts";
import { Brand } from "./brand.tsx";
import { useStore } from "./store.ts";
import { chooseTheme, theme, themes } from "./theme.ts";

const titles = { system: "Colours of the system", light: "Light", dark: "Dark" } as const;

export function TopBar() {
  const chosen = useStore(theme);
  return (
    <header class="top">
      <Brand />
      <div class="top-end">
        <LinkState />
        <select
          class="select"
          aria-label="Colours"
          value={chosen}
          onChange={({ currentTarget: { value } }) => chooseTheme(themes.find((one) => one === value) ?? "system")}
        >
          {themes.map((one) => (
            <option key={one} value={one}>
              {titles[one]}
            </option>
          ))}
        </select>
        <button class="button" type="button" onClick={() => logOut()}>
          Log out
        </button>
      </div>
    </header>
  );
}

function LinkState() {
  const { state } = useStore(connection);
  const telling = useStore(isTelling);
  if (state === "lost") return <State look="dot-bad">Reconnecting…</State>;
  return telling ? <State look="">Live</State> : <State look="dot-off">Every few seconds</State>;
}

function State({ look, children }: { readonly look: string; readonly children: string }) {
  return (
    <span class="link-state">
      <span class={`dot ${look}`} aria-hidden="true" />
      {children}
    </span>
  );
}
