import type { Log } from "../../telemetry/log.ts";

/**
 * A limit in money counts nothing of a model without a price, which whoever set it would not expect. The log says so once
 * for each model. Names come from upstreams and from callers: they are cut, and after so many no more are told.
 */

const mostTold = 100;
const longestName = 100;

export function unpricedNotice(log: Pick<Log, "warn">): (model: string) => void {
  const told = new Set<string>();
  return (given) => {
    const model = given.slice(0, longestName);
    if (told.has(model) || told.size >= mostTold) return;
    told.add(model);
    const remedy = "Give it a price under `prices`, or limit tokens.";
    log.warn({ model, remedy }, "a model has no price, so limits in money count nothing of it");
  };
}
