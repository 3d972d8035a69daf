import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { takeFailure } from "../api/polled.ts";
import { announce } from "../shell/announcer.tsx";
import { Card } from "./card.tsx";
import { Notice } from "./notice.tsx";

export interface WishField {
  /** As the gateway calls it. */
  readonly name: string;
  readonly title: string;
  readonly isRequired?: boolean;
  /** Several of it, with commas between them. */
  readonly isList?: boolean;
  /** Words that a dictionary knows. */
  readonly isProse?: boolean;
  readonly initial?: string;
}

/** That it was done. */
export interface Fulfilled {
  readonly shown: ComponentChildren;
  /** To those who hear the page. */
  readonly said: string;
}

export interface WishFormProps {
  readonly title: string;
  readonly note: string;
  /** What the button says. */
  readonly action: string;
  readonly fields: readonly WishField[];
  /** Other inputs, below the fields; `send` finds them in the form. */
  readonly children?: ComponentChildren;
  send(wish: object, form: FormData): Promise<Fulfilled>;
}

/** A form that asks the gateway for one thing. The gateway says what is wrong with what was typed. */
export function WishForm({ title, note, action, fields, children, send }: WishFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [isBusy, setBusy] = useState(false);
  const [mistake, setMistake] = useState<string | undefined>();
  const [fulfilled, setFulfilled] = useState<ComponentChildren>();
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (form.current === null) return;
    const typed = new FormData(form.current);
    setBusy(true);
    setMistake(undefined);
    setFulfilled(undefined);
    try {
      const { shown, said } = await send(wishOf(fields, typed), typed);
      setFulfilled(shown);
      announce(said);
      form.current?.reset();
    } catch (error) {
      takeFailure(error);
      setMistake(error instanceof Error ? error.message : String(error));
    }
    setBusy(false);
  };
  return (
    <Card title={title} note={note}>
      <form class="stack" ref={form} onSubmit={submit} aria-label={title}>
        {fields.map(({ name, title: label, isRequired = false, isProse = false, initial = "" }) => (
          <label key={name} class="field">
            <span>{label}</span>
            <input
              name={name}
              type="text"
              required={isRequired}
              defaultValue={initial}
              autocomplete="off"
              spellcheck={isProse}
            />
          </label>
        ))}
        {children}
        <div role="alert">{mistake !== undefined && <Notice kind="bad">{mistake}</Notice>}</div>
        {fulfilled !== undefined && <Notice kind="good">{fulfilled}</Notice>}
        <div class="row">
          <button class="button primary" type="submit" disabled={isBusy}>
            {isBusy ? "Working…" : action}
          </button>
        </div>
      </form>
    </Card>
  );
}

/** What was left empty is not said. */
function wishOf(fields: readonly WishField[], form: FormData): object {
  const wish = fields.flatMap(({ name, isList = false }) => {
    const typed = String(form.get(name) ?? "").trim();
    return typed === "" ? [] : [[name, isList ? listOf(typed) : typed] as const];
  });
  return Object.fromEntries(wish);
}

function listOf(text: string): readonly string[] {
  return text
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
}
