import { useState } from "preact/hooks";
import { Segments } from "../../parts/segments.tsx";
import type { AnswerDetail } from "./answer-table.tsx";

const forms = [
  { value: "text", title: "Text" },
  { value: "json", title: "JSON" },
  { value: "html", title: "HTML" },
] as const;

type Form = (typeof forms)[number]["value"];

/** What is sent to who asks for it, byte for byte. HTML is shown as its source: nothing of it runs in this page. */
export function AnswerPreview({ shown }: { readonly shown: NonNullable<AnswerDetail["shown"]> }) {
  const [form, setForm] = useState<Form>("text");
  return (
    <>
      <Segments label="Form" options={forms} value={form} onChoose={(chosen: Form) => setForm(chosen)} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="text-box" aria-label="Preview" tabIndex={0}>
        <pre>{shown[form]}</pre>
      </section>
    </>
  );
}
