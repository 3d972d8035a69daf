import { useRef, useState } from "preact/hooks";
import type { z } from "zod";
import type { createdKeySchema } from "../../../src/gateway/tenancy/key-schemas.ts";
import { takeFailure } from "../../api/polled.ts";
import { session } from "../../api/session.ts";
import { Card } from "../../parts/card.tsx";
import { Notice } from "../../parts/notice.tsx";
import { announce } from "../../shell/announcer.tsx";

type CreatedKey = z.output<typeof createdKeySchema>;

const fields = [
  { name: "tenant", title: "Tenant, whose answers it shares", isRequired: true },
  { name: "user", title: "User, whom it is for (optional)", isRequired: false },
  { name: "name", title: "Name, for people (optional)", isRequired: false },
  { name: "models", title: "Models, with commas between them, such as gpt-4o* (optional)", isRequired: false },
  { name: "expires", title: "Ends after, such as 90d (optional)", isRequired: false },
] as const;

/** The gateway says what is wrong with what was typed. The key is shown until the next one is made, or the view is left. */
export function KeyForm({ onMade }: { onMade(): void }) {
  const form = useRef<HTMLFormElement>(null);
  const [isBusy, setBusy] = useState(false);
  const [mistake, setMistake] = useState<string | undefined>();
  const [made, setMade] = useState<CreatedKey | undefined>();
  const make = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (form.current === null) return;
    const wish = wishOf(new FormData(form.current));
    setBusy(true);
    setMistake(undefined);
    setMade(undefined);
    try {
      const created = await session.value.client?.post<CreatedKey>("/keys", wish);
      setMade(created);
      announce("The key is made. It is shown this once.");
      form.current?.reset();
      onMade();
    } catch (error) {
      takeFailure(error);
      setMistake(error instanceof Error ? error.message : String(error));
    }
    setBusy(false);
  };
  return (
    <Card title="Make a key" note="Limits and layers are given by reprise keys create, or by the admin API.">
      <form class="stack" ref={form} onSubmit={make} aria-label="Make a key">
        {fields.map(({ name, title, isRequired }) => (
          <label key={name} class="field">
            <span>{title}</span>
            <input name={name} type="text" required={isRequired} autocomplete="off" spellcheck={false} />
          </label>
        ))}
        <div role="alert">{mistake !== undefined && <Notice kind="bad">{mistake}</Notice>}</div>
        {made !== undefined && (
          <Notice kind="good">
            Copy the key now; it is shown this once and kept nowhere. <span class="code">{made.key}</span>
          </Notice>
        )}
        <div class="row">
          <button class="button primary" type="submit" disabled={isBusy}>
            {isBusy ? "Working…" : "Make a key"}
          </button>
        </div>
      </form>
    </Card>
  );
}

/** What was left empty is not said. */
function wishOf(form: FormData): object {
  const words = fields.map(({ name }) => [name, String(form.get(name) ?? "").trim()] as const);
  const wish = words.flatMap(([name, value]) => {
    if (value === "") return [];
    return [[name, name === "models" ? value.split(",").map((one) => one.trim()) : value] as const];
  });
  return Object.fromEntries(wish);
}
