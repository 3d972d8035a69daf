import { Store } from "../shell/store.ts";
import { gatewayUrl } from "./admin-client.ts";
import { waitBeforeMs } from "./back-off.ts";

/**
 * Whether the gateway answers. While it does not, nobody asks it for anything except this, which knocks again and again
 * with growing pauses; when it answers again everybody asks for what they show.
 */

export interface Connection {
  readonly state: "connected" | "lost";
  /** How many times it has come back: whoever shows something asks for it again. */
  readonly returns: number;
}

export const connection = new Store<Connection>({ state: "connected", returns: 0 });

export function connectionLost(): void {
  const { state, returns } = connection.value;
  if (state === "lost") return;
  connection.set({ state: "lost", returns });
  void knock(0);
}

async function knock(attempt: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, waitBeforeMs(attempt)));
  const answers = await fetch(gatewayUrl("healthz"), { cache: "no-store", credentials: "omit" }).then(
    ({ ok }) => ok,
    () => false,
  );
  if (!answers) return knock(attempt + 1);
  connection.set({ state: "connected", returns: connection.value.returns + 1 });
}
