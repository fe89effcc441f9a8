// A real server in a folder of its own, on ports of its own.

import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Housekey {
  issuer: string;
  app: string;
  stop(): Promise<void>;
}

export async function startHousekey(binary: string): Promise<Housekey> {
  const [port, demo, provider] = await freePorts(3);
  const folder = await mkdtemp(join(tmpdir(), "housekey-sdk-"));
  const issuer = `http://localhost:${port}`;
  const app = `http://localhost:${demo}`;
  // The development server has no client of its own with code delivery and a refresh cookie.
  await writeFile(join(folder, "housekey.toml"), `[clients.cookie]\nkind = "spa"\nfirst_party = true\nrefresh = "cookie"\nredirect_uris = ["${app}/callback"]\npost_logout_redirect_uris = ["${app}/"]\n`);
  // Our own variables are no settings of the server's.
  const others = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("HOUSEKEY_")));
  const child = spawn(binary, ["dev", "--demo-port", `${demo}`, "--provider-port", `${provider}`], {
    cwd: folder,
    env: { ...others, HOUSEKEY_SERVER__LISTEN: `127.0.0.1:${port}` },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
  const ended = new Promise<void>((go) => child.once("exit", () => go()));
  for (let tries = 0; ; tries++) {
    if (await fetch(`${issuer}/ready`).then((response) => response.ok, () => false)) break;
    if (tries > 300 || child.exitCode !== null) throw new Error(`the server does not start:\n${output}`);
    await new Promise((go) => setTimeout(go, 100));
  }
  return {
    issuer,
    app,
    async stop() {
      child.kill("SIGTERM");
      const hurry = setTimeout(() => child.kill("SIGKILL"), 5000);
      await ended;
      clearTimeout(hurry);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

// All held at once, so that no two are the same.
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise<ReturnType<typeof createServer>>((go) => {
    const server = createServer().listen(0, "127.0.0.1", () => go(server));
  })));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((go) => server.close(go))));
  return ports;
}
