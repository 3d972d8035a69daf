import { describe, expect, it, vi } from "vitest";
import { ManualClock, systemRandom } from "../core/clock.ts";
import { memory } from "../stores/memory.ts";
import { Account } from "./account.ts";
import { decodeCountRow, encodeCountRow } from "./count-row.ts";
import { Limiter } from "./limiter.ts";
import { amounts } from "./quantities.ts";

const noon = Date.UTC(2026, 1, 28, 12);

function setting() {
  const clock = new ManualClock(noon);
  const store = memory({ clock });
  const start = () => new Limiter({ store, clock, random: systemRandom });
  return { clock, store, start };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await undefined;
}

describe("a limiter", () => {
  it("has no account for who is bound by nothing", () => {
    const { start } = setting();
    const bounded = [
      { account: "a", limits: {} },
      { account: "b", limits: { cachedFree: true } },
    ];
    expect(start().accountsOf(bounded)).toEqual([]);
  });

  it("writes what was taken within a round, so that it outlives a process that is killed", async () => {
    const { clock, start } = setting();
    const limits = { usdPerMonth: 1_000n, tokensPerMinute: 1_000 };
    const [bound] = start().accountsOf([{ account: "a", limits }]);
    bound?.account.add(amounts({ picodollars: 400n, minuteTokens: 7n }));
    clock.advance(1_000);
    await settled();
    expect(await start().standing({ account: "a", limits })).toEqual([
      { limit: "tokensPerMinute", used: "7", most: "1000", resetsAt: noon + 60_000 },
      { limit: "usdPerMonth", used: "0.0000000004", most: "0.000000001", resetsAt: Date.UTC(2026, 2, 1) },
    ]);
  });

  it("writes at its end what it has not written", async () => {
    const { start } = setting();
    const limits = { tokensPerDay: 1_000 };
    const first = start();
    first.accountsOf([{ account: "a", limits }])[0]?.account.add(amounts({ dayTokens: 5n }));
    await first.close();
    expect((await start().standing({ account: "a", limits }))[0]?.used).toBe("5");
  });

  it("keeps an account when its limits change", async () => {
    const { start } = setting();
    const limiter = start();
    const take = async (limits: object) =>
      (await limiter.accountsOf([{ account: "a", limits }])[0]?.account.take(amounts({ requests: 1n })))?.ok;
    const one = { requestsPerMinute: 1 };
    expect([await take(one), await take(one)]).toEqual([true, false]);
    const two = { requestsPerMinute: 2 };
    expect([await take(two), await take(two)]).toEqual([true, false]);
  });

  it("has room for no more than so many accounts while its store is away, but for those with a call under way", async () => {
    const { clock } = setting();
    const away = () => Promise.reject(new Error("away"));
    const store = { get: away, add: away, set: away };
    const limiter = new Limiter({ store, clock, random: systemRandom, mostAccounts: 10 });
    const accountOf = (account: string) =>
      limiter.accountsOf([{ account, limits: { concurrent: 9 } }])[0]?.account as Account;
    const [left, busy] = [accountOf("left"), accountOf("busy")];
    left.add(amounts({ requests: 1n }));
    await busy.take(amounts({ concurrent: 1n }));
    const looks = vi.spyOn(Account.prototype, "isIdle", "get");
    for (let index = 0; index < 100; index++) accountOf(`a${index}`).add(amounts({ requests: 1n }));
    // A few for each new one, however many there are.
    expect(looks.mock.calls.length).toBeLessThan(1_000);
    looks.mockRestore();
    expect(accountOf("busy")).toBe(busy);
    expect(accountOf("left")).not.toBe(left);
  });

  it("forgets idle accounts beyond ten thousand, and finds in the store what they had taken", async () => {
    const { clock, start } = setting();
    const limiter = start();
    const limits = { tokensPerDay: 1_000 };
    limiter.accountsOf([{ account: "first", limits }])[0]?.account.add(amounts({ dayTokens: 9n }));
    clock.advance(1_000);
    await settled();
    for (let index = 0; index < 10_001; index++) limiter.accountsOf([{ account: `a${index}`, limits }]);
    expect((await limiter.standing({ account: "first", limits }))[0]?.used).toBe("9");
  });
});

describe("a row of counts", () => {
  const row = { minute: noon, beat: 3, claimed: amounts({ requests: 5n, picodollars: 10n ** 20n }) };

  it("is read as it was written", () => {
    expect(decodeCountRow(encodeCountRow(row))).toEqual(row);
  });

  it.each(["", "1", "2 3 4 5 6 7 8 9", "1 3 4 5 6 7 8", "1 3 4 5 6 7 8 9 10", "1 3 4 -5 6 7 8 9", "1 3 4 5 6 7 8 x"])(
    "is none if it is %j",
    (text) => {
      expect(decodeCountRow(Buffer.from(text))).toBeUndefined();
    },
  );
});
