import { duration, nothing } from "./numbers.ts";

/** Instants, in the time of whoever looks. */

const full = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

export type Instant = number | string | null | undefined;

export function instant(at: Instant): string {
  const ms = inMs(at);
  return ms === undefined ? nothing : full.format(ms);
}

export function clockTime(at: number): string {
  return clock.format(at);
}

export function dayOf(at: number): string {
  return day.format(at);
}

export function ago(at: Instant, now = Date.now()): string {
  const ms = inMs(at);
  if (ms === undefined) return nothing;
  const past = now - ms;
  if (Math.abs(past) < 1_000) return "now";
  return past > 0 ? `${roughly(past)} ago` : `in ${roughly(-past)}`;
}

/** To the unit that counts. */
function roughly(ms: number): string {
  return ms < 60_000 ? `${Math.round(ms / 1_000)} s` : duration(ms).replace(/^(\d+ (?:d|h|min)) .*$/, "$1");
}

function inMs(at: Instant): number | undefined {
  const ms = typeof at === "string" ? Date.parse(at) : at;
  return ms === null || ms === undefined || !Number.isFinite(ms) ? undefined : ms;
}
