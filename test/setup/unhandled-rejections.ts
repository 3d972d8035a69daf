import { afterEach, beforeEach } from "vitest";

/**
 * A promise that nobody waits for hides a fault. This fails the test in which one is rejected, so that the culprit has
 * a name. Between tests the runner listens itself and fails the run; it leaves that to a listener of ours where there
 * is one, hence it comes and goes with each test.
 */
const unhandled: unknown[] = [];
const remember = (reason: unknown) => unhandled.push(reason);

beforeEach(() => {
  process.on("unhandledRejection", remember);
});

afterEach(async () => {
  // Rejections are reported when the queue of microtasks is empty, before the next turn of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", remember);
  const [first] = unhandled.splice(0);
  if (first !== undefined) throw new Error("a promise was rejected and nobody handled it", { cause: first });
});
