import type { Trace } from "../core/trace.ts";
import type { Log } from "../telemetry/log.ts";

const reasons = {
  on: "with sealing on, nothing is trusted that lies in plain",
  sealed_before: "it has been sealed before, with keys that are gone",
  late: "sealing it was broken off more than a day ago",
};

/** What the log says of sealing, to whoever may have to do something about it. */
export function sealingNotice(log: Pick<Log, "error" | "warn">): Trace {
  return (event) => {
    if (event.type === "seal-fault") log.error({ remedy: event.remedy }, event.message);
    if (event.type !== "seal-begin") return;
    const { carried, published, isBlind, left, refused } = event;
    if (isBlind)
      log.warn(
        { remedy: "Create virtual keys, prompts and published answers anew." },
        "the store is sealed from now on, and cannot list what it held before: virtual keys, prompts and published answers of before are not read any more",
      );
    else if (refused !== undefined)
      log.warn(
        { left, published, remedy: "Create virtual keys, prompts and published answers anew." },
        `the store is sealed from now on, and what lies in it unsealed is not read any more: ${reasons[refused]}`,
      );
    else
      log.warn(
        { carried, published, ...(published > 0 && { remedy: "Publish them again." }) },
        "the store is sealed from now on: virtual keys, prompts and other settings of before were sealed; answers and published answers of before are not read any more",
      );
  };
}
