import { useState } from "preact/hooks";
import { usePolled } from "../../api/polled.ts";
import { Card } from "../../parts/card.tsx";
import { Empty, Loaded } from "../../parts/loaded.tsx";
import type { ViewProps } from "../../shell/app.tsx";
import { AnswerDialog } from "./answer-dialog.tsx";
import { type AnswerHead, AnswerTable } from "./answer-table.tsx";
import { PublishForm } from "./publish-form.tsx";
import { PurgesCard } from "./purges-card.tsx";

/** What everybody may read, how it came there, and whether caches in front know what is no longer to be read. */
export function AnswersView({ filter }: ViewProps) {
  const answers = usePolled<{ readonly answers: readonly AnswerHead[] }>("/answers", { everyMs: 10_000 });
  const [opened, setOpened] = useState<string | undefined>();
  return (
    <>
      <div class="view-head">
        <h1 tabIndex={-1}>Answers</h1>
      </div>
      <Card title="Published answers" note="Whoever reaches the gateway can read those that are live.">
        <Loaded of={answers} what="Published answers">
          {({ answers: heads }) =>
            heads.length === 0 ? (
              <Empty title="Nothing is published yet">A stored answer gets a page of its own below.</Empty>
            ) : (
              <AnswerTable heads={heads} onOpen={setOpened} />
            )
          }
        </Loaded>
      </Card>
      <PublishForm entry={filter["entry"] ?? ""} onPublished={answers.refresh} />
      <PurgesCard />
      {opened !== undefined && (
        <AnswerDialog slug={opened} onClose={() => setOpened(undefined)} onChanged={answers.refresh} />
      )}
    </>
  );
}
