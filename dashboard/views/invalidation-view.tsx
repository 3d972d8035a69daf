import { useRef, useState } from "preact/hooks";
import type { Invalidation } from "../../src/storage/invalidation-wish.ts";
import { session } from "../api/session.ts";
import { count } from "../format/numbers.ts";
import { Card } from "../parts/card.tsx";
import { Confirmation } from "../parts/confirmation.tsx";
import { Notice } from "../parts/notice.tsx";
import { announce } from "../shell/announcer.tsx";
import type { ViewProps } from "../shell/app.tsx";
import { type Way, ways } from "./invalidation-ways.ts";

/** Takes back what was stored, by what people know of it. Nothing happens before it was said what will. */
export function InvalidationView({ filter }: ViewProps) {
  const [way, setWay] = useState<Way>(ways.find(({ name }) => name in filter) ?? (ways[0] as Way));
  const [wish, setWish] = useState<Invalidation | undefined>();
  const [mistake, setMistake] = useState<string | undefined>();
  const [done, setDone] = useState<string | undefined>();
  const value = useRef<HTMLInputElement>(null);
  const tenant = useRef<HTMLInputElement>(null);

  const ask = (event: Event): void => {
    event.preventDefault();
    setDone(undefined);
    const reading = way.read(value.current?.value ?? "", tenant.current?.value.trim() ?? "");
    setMistake(typeof reading === "string" ? reading : undefined);
    if (typeof reading === "string") value.current?.focus();
    else setWish(reading);
  };
  const act = async (): Promise<void> => {
    if (wish === undefined) return;
    const told = await session.value.client?.post<{ scopes: number; entries: number }>("/invalidate", wish);
    const said =
      way.name === "keys" ? entriesSaid(told?.entries ?? 0) : "It is taken back: no answer of before is served.";
    setDone(said);
    announce(said);
  };
  return (
    <>
      <div class="view-head">
        <h1 tabIndex={-1}>Invalidation</h1>
      </div>
      <Card title="Take back what was stored" note="What is being computed meanwhile is not stored either.">
        <form class="stack" onSubmit={ask} aria-label="Take back what was stored">
          <label class="field">
            <span>By</span>
            <select
              value={way.name}
              onChange={({ currentTarget }) => {
                setWay(ways.find(({ name }) => name === currentTarget.value) ?? way);
                setMistake(undefined);
              }}
            >
              {ways.map(({ name, title }) => (
                <option key={name} value={name}>
                  {title}
                </option>
              ))}
            </select>
          </label>
          {way.field !== undefined && (
            <label class="field">
              <span>{way.field}</span>
              <input
                key={way.name}
                ref={value}
                type="text"
                defaultValue={filter[way.name] ?? ""}
                autocomplete="off"
                spellcheck={false}
                aria-invalid={mistake !== undefined}
                aria-describedby="way-note"
              />
            </label>
          )}
          {way.takesTenant && (
            <label class="field">
              <span>Only of this tenant (optional)</span>
              <input
                ref={tenant}
                type="text"
                defaultValue={filter["tenant"] ?? ""}
                autocomplete="off"
                spellcheck={false}
              />
            </label>
          )}
          <p id="way-note" class="note">
            {way.note}
          </p>
          <div role="alert">{mistake !== undefined && <Notice kind="bad">{mistake}</Notice>}</div>
          {done !== undefined && <Notice kind="good">{done}</Notice>}
          <div class="row">
            <button class="button danger" type="submit">
              Take back…
            </button>
          </div>
        </form>
      </Card>
      {wish !== undefined && (
        <Confirmation title="Take this back?" action="Take back" act={act} onClose={() => setWish(undefined)}>
          <p>{way.said(wish)}</p>
          <p>It cannot be undone: the next calls go to the origin.</p>
        </Confirmation>
      )}
    </>
  );
}

function entriesSaid(entries: number): string {
  if (entries === 0) return "Nothing was stored under this id.";
  return entries === 1 ? "One answer was removed." : `${count(entries)} answers were removed.`;
}
