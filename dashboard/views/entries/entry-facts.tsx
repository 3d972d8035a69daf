import { modelsShown } from "../../format/models.ts";
import { bytes, count, duration } from "../../format/numbers.ts";
import { ago, instant } from "../../format/times.ts";
import { StateChip } from "../../parts/chips.tsx";
import { type Fact, Facts } from "../../parts/facts.tsx";
import type { EntryDetail } from "./entry-dialog.tsx";

/** All that is known of it. What was cached is text to this page, whatever it says. */
export function EntryFacts({ entry }: { readonly entry: EntryDetail }) {
  const { request, lifetime, usage } = entry;
  const facts: readonly Fact[] = [
    ["State", <StateChip key="state" state={entry.state} />],
    ["Layer", entry.layer],
    ["Model", modelsShown(entry.model, entry.answeredBy)],
    ["Protocol", entry.protocol ?? "–"],
    [
      "Tenant",
      <span key="tenant" class="code">
        {entry.tenant}
      </span>,
    ],
    ["Of one user", request.ofUser ? "yes" : "no"],
    ["Namespace", request.namespace === "" ? "the default one" : request.namespace],
    ["Version", request.version === "" ? "none" : request.version],
    ["Tags", entry.tags.length === 0 ? "none" : entry.tags.join(", ")],
    ["Stored", `${instant(entry.createdAt)} (${ago(entry.createdAt)})`],
    ["Fresh until", `${instant(entry.expiresAt)} (${lifetime.ttlMs < 0 ? "past" : `for ${duration(lifetime.ttlMs)}`})`],
    ["Gone at", instant(entry.deleteAt)],
    ["Size", bytes(entry.bytes)],
    ["Ended with", entry.finish ?? "–"],
    ["Tokens", usage === undefined ? "not told" : `${count(usage.inputTokens)} in, ${count(usage.outputTokens)} out`],
    [
      "Id",
      <span key="id" class="code">
        {entry.id}
      </span>,
    ],
  ];
  return (
    <>
      {entry.question !== undefined && <Text title="Question" text={entry.question} />}
      <Text title="Answer" text={entry.answer} />
      {entry.toolCalls.map((call, at) => (
        <Text key={at} title={`Tool call: ${call.name}`} text={call.arguments} />
      ))}
      <Facts of={facts} />
    </>
  );
}

function Text({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <div>
      <h3>{title}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="text-box" aria-label={title} tabIndex={0}>
        <pre>{text === "" ? "(no text)" : text}</pre>
      </section>
    </div>
  );
}
