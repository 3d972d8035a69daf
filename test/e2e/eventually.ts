/** Far more than a condition takes that holds at last, on a machine that is busy with other things, too. */
const mostMs = 90_000;
/** What this process does itself is seen at once; what another does is waited for, and left the processor. */
const turnsAtOnce = 2_000;
const pauseMs = 5;

/** Looks again in each turn of the event loop, and later now and then, until `condition` holds; gives up loudly. */
export async function eventually(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const began = performance.now();
  for (let turn = 0; turn < turnsAtOnce || performance.now() - began < mostMs; turn++) {
    const holds = condition();
    if (holds === true || (await holds)) return;
    await new Promise((resolve) => (turn < turnsAtOnce ? setImmediate(resolve) : setTimeout(resolve, pauseMs)));
  }
  throw new Error(`it never happened: ${what}`);
}
