import { useRef, useState } from "preact/hooks";
import { takeFailure } from "../../api/polled.ts";
import { session } from "../../api/session.ts";
import { Card } from "../../parts/card.tsx";
import { Notice } from "../../parts/notice.tsx";
import { announce } from "../../shell/announcer.tsx";
import type { AnswerHead } from "./answer-table.tsx";

export interface PublishFormProps {
  /** What is to be published, where it was chosen elsewhere. */
  readonly entry: string;
  onPublished(): void;
}

const fields = [
  { name: "slug", title: "Name in its address, such as opening-hours", isRequired: true },
  { name: "entry", title: "Id of the entry", isRequired: true },
  { name: "title", title: "Title (optional)", isRequired: false },
  { name: "language", title: "Language, such as en (optional)", isRequired: false },
  { name: "tags", title: "Tags, with commas between them (optional)", isRequired: false },
] as const;

/** The gateway says what is wrong with what was typed. */
export function PublishForm({ entry, onPublished }: PublishFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [isBusy, setBusy] = useState(false);
  const [mistake, setMistake] = useState<string | undefined>();
  const [done, setDone] = useState<string | undefined>();
  const publish = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (form.current === null) return;
    const wish = wishOf(new FormData(form.current));
    setBusy(true);
    setMistake(undefined);
    setDone(undefined);
    try {
      const head = await session.value.client?.post<AnswerHead>("/answers", wish);
      const said = head === undefined ? "" : outcomeOf(head, "draft" in wish);
      setDone(said);
      announce(said);
      form.current?.reset();
      onPublished();
    } catch (error) {
      takeFailure(error);
      setMistake(error instanceof Error ? error.message : String(error));
    }
    setBusy(false);
  };
  return (
    <Card
      title="Publish a stored answer"
      note="Under a name that is taken already it becomes the next version. What is published is for everybody."
    >
      <form class="stack" ref={form} onSubmit={publish} aria-label="Publish a stored answer">
        {fields.map(({ name, title, isRequired }) => (
          <label key={name} class="field">
            <span>{title}</span>
            <input
              name={name}
              type="text"
              required={isRequired}
              defaultValue={name === "entry" ? entry : ""}
              autocomplete="off"
              spellcheck={name === "title"}
            />
          </label>
        ))}
        <label class="row">
          <input name="draft" type="checkbox" />
          <span>As a draft, to be read here before anybody else can</span>
        </label>
        <div role="alert">{mistake !== undefined && <Notice kind="bad">{mistake}</Notice>}</div>
        {done !== undefined && <Notice kind="good">{done}</Notice>}
        <div class="row">
          <button class="button primary" type="submit" disabled={isBusy}>
            {isBusy ? "Working…" : "Publish"}
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
    return [[name, name === "tags" ? listOf(value) : value] as const];
  });
  return { ...Object.fromEntries(wish), ...(form.has("draft") && { draft: true }) };
}

function listOf(text: string): readonly string[] {
  return text
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
}

function outcomeOf({ slug, latest, path }: AnswerHead, isDraft: boolean): string {
  return isDraft
    ? `Version ${latest} of ${slug} is a draft. Open it above to read and to publish it.`
    : `Version ${latest} of ${slug} is published at ${path}.`;
}
