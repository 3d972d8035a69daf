import type { StatsReport } from "../../../src/telemetry/rollups/stats-report.ts";
import { usePolled } from "../../api/polled.ts";
import { count, duration, money, percent } from "../../format/numbers.ts";
import { Figure, Figures } from "../../parts/figure.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Notice } from "../../parts/notice.tsx";
import { sinceMidnight } from "../windows.ts";

/** Money and time, today and in 30 days: what is left after what the cache itself spent. */
export function Savings() {
  const today = usePolled<StatsReport>("/stats", { query: { window: sinceMidnight() }, everyMs: 5_000, isLive: true });
  const month = usePolled<StatsReport>("/stats", { query: { window: "30d" }, everyMs: 15_000, isLive: true });
  return (
    <Loaded of={today} what="Savings">
      {(ofToday) => (
        <Loaded of={month} what="Savings of 30 days">
          {(ofMonth) => (
            <>
              <Figures>
                <Saved title="Saved today" report={ofToday} />
                <Saved title="Saved in 30 days" report={ofMonth} />
                <Figure label="Time saved today" value={duration(ofToday.gross.timeMs)} note={timeNote(ofMonth)} />
                <Figure label="Hit rate today" value={rate(ofToday)} note={`${rate(ofMonth)} in 30 days`} />
              </Figures>
              <Doubts report={ofMonth} />
            </>
          )}
        </Loaded>
      )}
    </Loaded>
  );
}

function Saved({ title, report: { net, overhead } }: { readonly title: string; readonly report: StatsReport }) {
  const least = `at least ${money(net.usd.conservative)}`;
  const spent = Number(overhead.usd) === 0 ? "" : `; net of ${money(overhead.usd)} for look-ups`;
  return <Figure label={title} value={money(net.usd.list)} note={least + spent} exact={`${net.usd.list} USD`} />;
}

function timeNote({ gross }: StatsReport): string {
  return `${duration(gross.timeMs)} in 30 days`;
}

function rate({ calls, requests }: StatsReport): string {
  return percent(requests.hit + requests.stale + requests.coalesced, calls - requests.bypass);
}

/** What the figures do not contain is said beside them. */
function Doubts({ report: { unpricedModels, complete } }: { readonly report: StatsReport }) {
  const models = Object.entries(unpricedModels);
  const answers = models.reduce((sum, [, value]) => sum + value, 0);
  return (
    <>
      {!complete && (
        <Notice kind="warn">
          The store could not be asked for everything: these are figures of some processes only.
        </Notice>
      )}
      {answers > 0 && (
        <Notice kind="info">
          {count(answers)} answers in 30 days have no price and count as nothing saved:{" "}
          {models
            .slice(0, 5)
            .map(([model]) => model)
            .join(", ")}
          {models.length > 5 && ` and ${models.length - 5} more models`}.
        </Notice>
      )}
    </>
  );
}
