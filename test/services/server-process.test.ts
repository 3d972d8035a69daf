import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { startRedis } from "./redis.ts";
import { describeWithServices } from "./required.ts";
import { onFreePorts } from "./server-process.ts";

describeWithServices("redis-server", "servers of tests", () => {
  test("try another port when somebody has taken the first", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void taken.close());
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port: first } = taken.address() as { readonly port: number };
    const tried: number[] = [];
    const server = await onFreePorts(1, ([free = 0]) => {
      const port = tried.length === 0 ? first : free;
      tried.push(port);
      return startRedis({ port });
    });
    onTestFinished(() => server.stop());
    expect(tried).toEqual([first, server.port]);
    expect(await server.admin.ping()).toBe("PONG");
  });

  test("are gone when they are stopped", async () => {
    const server = await startRedis();
    const { pid } = server.process.child;
    await server.stop();
    expect(() => process.kill(pid as number, 0)).toThrow("ESRCH");
  });
});
