import { useRef } from "preact/hooks";
import { Card } from "../../parts/card.tsx";

/** For whoever has the id from an answer: it names a wrong answer to a like question, too. */
export function EntryById({ onOpen }: { onOpen(id: string): void }) {
  const field = useRef<HTMLInputElement>(null);
  const open = (event: Event): void => {
    event.preventDefault();
    const id = field.current?.value.trim() ?? "";
    if (id === "") field.current?.focus();
    else onOpen(id);
  };
  return (
    <Card title="Look up one answer" note="Every answer names its entry in the field X-AI-Cache-Entry.">
      <form class="row" onSubmit={open} aria-label="Look up one answer">
        <label class="field grow">
          <span>Id of the entry</span>
          <input ref={field} type="text" autocomplete="off" spellcheck={false} />
        </label>
        <button class="button" type="submit">
          Open
        </button>
      </form>
    </Card>
  );
}
