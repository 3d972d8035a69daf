import { isTelling, latestCalls } from "../../api/live-events.ts";
import { duration, money, nothing } from "../../format/numbers.ts";
import { instant } from "../../format/times.ts";
import { Card } from "../../parts/card.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { Empty } from "../../parts/loaded.tsx";
import { useStore } from "../../shell/store.ts";
import { titled } from "../layer-names.ts";
import { OutcomeMark } from "./outcome-mark.tsx";

/** What this process tells by itself, the newest first. */
export function LatestCalls() {
  const calls = useStore(latestCalls);
  const telling = useStore(isTelling);
  return (
    <Card title="Latest calls" note="To the process that this page talks to, since the page was opened.">
      {calls.length === 0 ? (
        <Empty title={telling ? "Waiting for a call" : "This gateway does not tell of calls"} />
      ) : (
        <DataTable
          caption="Latest calls"
          rows={calls}
          keyOf={({ number }) => number}
          columns={[
            { title: "When", cell: ({ at }) => instant(at).split(", ").at(-1) },
            { title: "Outcome", cell: ({ outcome }) => <OutcomeMark outcome={outcome} /> },
            { title: "Layer or reason", cell: ({ layer, reason }) => titled(layer ?? reason ?? "") },
            {
              title: "Model",
              cell: ({ model }) => (
                <span class="code clip" title={model}>
                  {model}
                </span>
              ),
            },
            { title: "First byte", isNumber: true, cell: ({ durationMs }) => duration(durationMs) },
            {
              title: "Saved",
              isNumber: true,
              cell: ({ savedUsd }) => (savedUsd === undefined ? nothing : money(savedUsd)),
            },
          ]}
        />
      )}
    </Card>
  );
}
