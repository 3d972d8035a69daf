/** Turns of the event loop after which a condition that does not hold will not. Each turn does real input and output. */
const mostTurns = 20_000;

/** Looks again in each turn of the event loop until `condition` holds; fails after a bounded number of looks. */
export async function eventually(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < mostTurns; turn++) {
    if (await condition()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`it never happened: ${what}`);
}
