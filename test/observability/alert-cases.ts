/**
 * For each alert one history in which it fires and one, as like to it as can be, in which it stays silent. Series are in
 * the notation of promtool: `0+6x600` begins at 0 and rises by 6 each minute, 600 times; `_` is no sample.
 */

export interface AlertHistory {
  /** Values by series. */
  readonly series: Readonly<Record<string, string>>;
  /** When to look. */
  readonly at: string;
  /** Between two values. Default a minute. */
  readonly every?: string;
}

export interface AlertCase {
  readonly fires: AlertHistory;
  readonly silent: AlertHistory;
}

const overall = (result: string) => `reprise_requests_total{layer="overall",result="${result}"}`;
/** In steps of ten minutes. */
const week = 7 * 24 * 6;

/** A week of eight hits in ten, and then two hours of so many of six hundred every ten minutes. */
const hitRatios = (hits: number): AlertHistory => ({
  series: {
    [overall("hit")]: `0+480x${week} ${480 * week}+${hits}x12`,
    [overall("miss")]: `0+120x${week} ${120 * week}+${600 - hits}x12`,
  },
  at: `${10 * week + 110}m`,
  every: "10m",
});

const upstream = (failures: number): AlertHistory => ({
  series: {
    'reprise_upstream_requests_total{provider="openai",model="m",status_class="2xx"}': "0+60x30",
    'reprise_upstream_requests_total{provider="openai",model="m",status_class="5xx"}': `0+${failures}x30`,
    'reprise_upstream_requests_total{provider="openai",model="m",status_class="4xx"}': "0+60x30",
  },
  at: "20m",
});

const unpriced = (answers: number): AlertHistory => ({
  series: { 'reprise_unpriced_requests_total{model="house"}': `0+${answers}x200`, [overall("miss")]: "0+1000x200" },
  at: "150m",
});

const verdicts = (wrong: number, right = "0+2x400"): AlertHistory => ({
  series: {
    'reprise_semantic_verdicts_total{by="audit",verdict="right"}': right,
    'reprise_semantic_verdicts_total{by="audit",verdict="wrong"}': `0x50 0+${wrong}x1 ${wrong}x400`,
    'reprise_semantic_verdicts_total{by="answers",verdict="wrong"}': "0+9x400",
  },
  at: "360m",
});

const gauge = (series: string, values: string, at: string): AlertHistory => ({ series: { [series]: values }, at });

export const alertCases: Readonly<Record<string, AlertCase>> = {
  RepriseHitRatioDropped: { fires: hitRatios(300), silent: hitRatios(360) },
  RepriseBackendDown: {
    fires: gauge('reprise_backend_up{backend="redis"}', "1x5 0x5", "9m"),
    silent: gauge('reprise_backend_up{backend="redis"}', "1x5 0 1x5", "9m"),
  },
  RepriseBreakerOpen: {
    fires: gauge('reprise_breaker_state{backend="redis"}', "0x5 2x10", "13m"),
    silent: gauge('reprise_breaker_state{backend="redis"}', "0x5 2 2 1 2 2 1 2 2 1 2", "13m"),
  },
  RepriseEdgePurgesWait: {
    fires: gauge('reprise_edge_purge_queue{adapter="cdn"}', "0x5 1x10", "13m"),
    silent: gauge('reprise_edge_purge_queue{adapter="cdn"}', "0x5 3 2 0 3 1 0 2 2 0 1", "13m"),
  },
  RepriseUpstreamFails: { fires: upstream(20), silent: upstream(10) },
  RepriseUnpriced: { fires: unpriced(20), silent: unpriced(5) },
  RepriseTenantMismatch: {
    fires: gauge('reprise_security_events_total{kind="tenant_mismatch"}', "0x5 1x10", "7m"),
    silent: gauge('reprise_security_events_total{kind="auth_fail"}', "0+5x15", "7m"),
  },
  RepriseWrongAnswers: { fires: verdicts(20), silent: verdicts(4) },
  RepriseInvalidationsLost: {
    fires: gauge("reprise_invalidations_lost_total", "0x5 3x10", "8m"),
    silent: gauge("reprise_invalidations_lost_total", "3x15", "8m"),
  },
  RepriseEventLoopBlocked: {
    fires: gauge('reprise_event_loop_lag_seconds{stat="max"}', "0.7x10", "8m"),
    silent: gauge('reprise_event_loop_lag_seconds{stat="max"}', "0.7 0.7 0.1 0.7 0.7 0.1 0.7 0.7 0.1 0.7", "8m"),
  },
};
