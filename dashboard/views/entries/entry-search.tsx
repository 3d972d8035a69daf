import { useEffect, useRef } from "preact/hooks";
import { go } from "../../shell/route.ts";
import type { EntryFilter } from "./entry-pages.ts";

const fields = [
  { name: "q", title: "Text", hint: "password" },
  { name: "tag", title: "Tag", hint: "doc:42" },
  { name: "model", title: "Model", hint: "gpt-4o*" },
  { name: "tenant", title: "Tenant", hint: "" },
] as const;

/** What is looked for stands in the address, so that it can be kept and gone back to. */
export function EntrySearch({ filter }: { readonly filter: EntryFilter }) {
  const form = useRef<HTMLFormElement>(null);
  const asked = JSON.stringify(filter);
  useEffect(() => {
    for (const { name } of fields) {
      const input = form.current?.elements.namedItem(name);
      if (input instanceof HTMLInputElement) input.value = filter[name] ?? "";
    }
    const layer = form.current?.elements.namedItem("layer");
    if (layer instanceof HTMLSelectElement) layer.value = filter.layer ?? "";
  }, [asked]);

  const search = (event: Event): void => {
    event.preventDefault();
    const given = new FormData(form.current ?? undefined);
    go("entries", Object.fromEntries([...given].map(([name, value]) => [name, String(value).trim()])));
  };
  return (
    <search>
      <form class="form" ref={form} onSubmit={search} aria-label="Search entries">
        {fields.map(({ name, title, hint }) => (
          <label key={name} class="field">
            <span>{title}</span>
            <input name={name} type="text" placeholder={hint} autocomplete="off" spellcheck={false} />
          </label>
        ))}
        <label class="field">
          <span>Layer</span>
          <select name="layer">
            <option value="">Any</option>
            <option value="exact">Exact</option>
            <option value="semantic">Semantic</option>
            <option value="embedding">Embedding</option>
          </select>
        </label>
        <div class="row">
          <button class="button primary" type="submit">
            Search
          </button>
          <button class="button" type="button" onClick={() => go("entries")}>
            Clear
          </button>
        </div>
      </form>
    </search>
  );
}
