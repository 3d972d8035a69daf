import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { useStore } from "../shell/store.ts";
import type { Query } from "./admin-client.ts";
import { connection, connectionLost } from "./connection.ts";
import { Failure } from "./failure.ts";
import { changes } from "./live-events.ts";
import { endIfRefused, session } from "./session.ts";

/** Something of the admin API that is asked for now, and again while it is looked at. */

export interface Polled<T> {
  /** The last that was got, also while it is asked for again, by another query too, or cannot be had. */
  readonly data: T | undefined;
  readonly failure: Failure | undefined;
  readonly isAsking: boolean;
  refresh(): void;
}

export interface PollOptions {
  readonly query?: Query;
  /** Default: asked for once, and again when the gateway comes back. */
  readonly everyMs?: number;
  /** Asked for also when the gateway says that something has changed. */
  readonly isLive?: boolean;
}

export function usePolled<T>(path: string, { query = {}, everyMs, isLive = false }: PollOptions = {}): Polled<T> {
  const { client } = useStore(session);
  const { state, returns } = useStore(connection);
  const change = useStore(changes);
  const asked = `${path}?${JSON.stringify(query)}`;
  const [got, setGot] = useState<{ asked: string; data?: T; failure?: Failure }>({ asked });
  const [isAsking, setAsking] = useState(true);
  const [turn, setTurn] = useState(0);
  const queryRef = useRef(query);
  queryRef.current = query;

  useEffect(() => {
    if (client === undefined || state === "lost") return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      setAsking(true);
      try {
        const data = await client.get<T>(path, queryRef.current, abort.signal);
        if (!abort.signal.aborted) setGot({ asked, data });
      } catch (error) {
        if (abort.signal.aborted) return;
        takeFailure(error);
        const failure = error instanceof Failure ? error : new Failure("refused", String(error));
        setGot((before) => ({
          asked,
          ...(before.asked === asked && "data" in before ? { data: before.data } : {}),
          failure,
        }));
      }
      setAsking(false);
      if (everyMs !== undefined && !abort.signal.aborted) timer = setTimeout(again, everyMs);
    };
    /** Nobody looks at a page that is hidden. */
    const again = (): void => {
      if (document.visibilityState === "visible") void ask();
      else document.addEventListener("visibilitychange", again, { once: true, signal: abort.signal });
    };
    again();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [client, state, returns, asked, everyMs, turn, isLive ? change : 0]);

  const refresh = useCallback(() => setTurn((count) => count + 1), []);
  // What was got for the query before is shown until this one is answered: a view does not flicker.
  return { data: got.data, failure: got.asked === asked ? got.failure : undefined, isAsking, refresh };
}

/** What a failure means for more than the one who met it. */
export function takeFailure(error: unknown): void {
  if (error instanceof Failure && error.kind === "unreachable") connectionLost();
  endIfRefused(error);
}
