import { Store, useStore } from "./store.ts";

/** What changed without being looked at, told to those who listen to the page. */
const said = new Store<{ readonly text: string }>({ text: "" });

export function announce(text: string): void {
  said.set({ text });
}

export function Announcer() {
  const { text } = useStore(said);
  return (
    <div class="hidden" role="status" aria-live="polite">
      {text}
    </div>
  );
}
