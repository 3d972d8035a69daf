import { expect, it } from "vitest";
import { ManualClock } from "../../core/clock.ts";
import { settingsSchema } from "../../options.ts";
import { memory } from "../../stores/memory.ts";
import { ChaosStore } from "../../testing/chaos-store.ts";
import { OpenedCalls } from "./opened-calls.ts";

const front = { kind: "nginx", url: "http://127.0.0.1:6082", secret: "a-secret-of-the-tests" };

function configured(edge: "public" | "signed" | "off", more: object = {}, purge: object = { front }) {
  const rules = [{ match: { namespace: "faq" }, edge }];
  return settingsSchema.parse({ rules, layers: { edge: { purge } }, ...more });
}

function setUp() {
  const clock = new ManualClock();
  const store = new ChaosStore(memory({ clock }));
  let purges = 0;
  const start = () =>
    new OpenedCalls({
      ...{ store, clock },
      forget: async () => {
        purges++;
      },
    });
  const told = () => {
    const count = purges;
    purges = 0;
    return count;
  };
  return { clock, store, start, told };
}

it("caches forget all twins when a reload opens other calls, and not for anything else", async () => {
  const { start, told } = setUp();
  const opened = start();
  for (const [config, count] of [
    [configured("public"), 0],
    [configured("public", { telemetry: { logLevel: "debug" } }), 0],
    [configured("signed"), 1],
    [configured("off"), 1],
    [configured("off", { rules: [] }), 0],
    [configured("public"), 0],
    [configured("public", { layers: { edge: { purge: { front } }, exact: { perUser: true } } }), 1],
    [configured("public", { rules: [{ match: { namespace: "f*" }, edge: "public" }] }), 1],
  ] as const) {
    await opened.follow(config);
    expect([JSON.stringify(config.rules), told()]).toEqual([JSON.stringify(config.rules), count]);
  }
});

it("caches forget them also when the rules became others while no gateway ran", async () => {
  const { start, told } = setUp();
  await start().follow(configured("public"));
  await start().follow(configured("public"));
  expect(told()).toBe(0);
  await start().follow(configured("off"));
  expect(told()).toBe(1);
  await start().follow(configured("off"));
  await start().follow(configured("public"));
  expect(told()).toBe(0);
});

it("caches forget them where the store cannot say what was opened, and nothing is asked where there are no caches", async () => {
  const { store, start, told } = setUp();
  store.mode = "failing";
  await start().follow(configured("off"));
  expect(told()).toBe(1);
  const alone = start();
  await alone.follow(configured("public", {}, {}));
  await alone.follow(configured("off", {}, {}));
  expect(told()).toBe(0);
});

it("no store keeps caches waiting that gives no answer", async () => {
  const { clock, store, start, told } = setUp();
  store.mode = "hanging";
  const following = start().follow(configured("off"));
  for (let turn = 0; turn < 20; turn++) {
    await Promise.resolve();
    clock.advance(1_000);
  }
  await following;
  expect(told()).toBe(1);
});
