import { afterEach } from "vitest";

/**
 * A promise that nobody waits for hides a fault. The runner fails the run for it; this fails the test in which it
 * happened, so that the culprit has a name.
 */
const unhandled: unknown[] = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));

afterEach(async () => {
  // Rejections are reported when the queue of microtasks is empty, before the next turn of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
  const [first] = unhandled.splice(0);
  if (first !== undefined) throw new Error("a promise was rejected and nobody handled it", { cause: first });
});
