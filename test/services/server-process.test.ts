import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { startMemcached } from "./memcached.ts";
import { asked, startRedis } from "./redis.ts";
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

  test("end with a process that is killed", async () => {
    const servers = new URL("./server-process.ts", import.meta.url).href;
    const program = `
      const { serverFolder, startServer } = await import(${JSON.stringify(servers)});
      const folder = serverFolder("sleeper");
      const started = await startServer({ program: "sh", args: ["-c", "echo ready; exec sleep 600"], folder, readyLine: /ready/ });
      console.log(started.child.pid);
      await new Promise(() => setInterval(() => {}, 60_000));`;
    const owner = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void owner.kill("SIGKILL"));
    const [line] = await once(owner.stdout, "data");
    const pid = Number(String(line));
    expect(isRunning(pid)).toBe(true);
    owner.kill("SIGKILL");
    await asked(async () => !isRunning(pid));
  });

  test("are gone when they are stopped", async () => {
    const server = await startRedis();
    const { pid } = server.process.child;
    await server.stop();
    expect(() => process.kill(pid as number, 0)).toThrow("ESRCH");
  });
});

/** One that has ended and whose parent has not asked for it is none. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

describeWithServices("memcached", "a Memcached of a test", () => {
  test("is not taken to be there when another answers at its address", async () => {
    const other = createServer((socket) => socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")));
    onTestFinished(() => void other.close());
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { readonly port: number };
    await expect(startMemcached({ port })).rejects.toThrow("ended before it was ready");
  });
});
