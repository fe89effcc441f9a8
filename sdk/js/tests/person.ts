// A person at a browser without scripts: follows redirects, keeps cookies, presses what is on the page.

export interface Page {
  url: string;
  html: string;
}

export class Person {
  #cookies = new Map<string, string>();

  /** `app`: where journeys end. Nothing is asked there. */
  constructor(private app: string) {}

  cookies = (): string[] => [...this.#cookies.keys()].map((key) => key.split(" ")[1]!);

  /** fetch as a script of the app's page makes it: with its Origin, and with cookies only if asked. */
  fetch: typeof fetch = async (input, init = {}) => {
    const headers = new Headers(init.headers);
    const url = String(input);
    headers.set("Origin", this.app);
    if (init.credentials === "include") headers.set("Cookie", this.#cookieHeader(url));
    const response = await fetch(url, { ...init, headers });
    if (init.credentials === "include") this.#keep(url, response);
    if (!response.headers.get("Access-Control-Allow-Origin")) throw new TypeError(`${url}: no script of ${this.app} may read this`);
    return response;
  };

  /** Signs in by the pretend provider, from wherever the app sent them, and comes back to the app. */
  async signIn(url: string, who = "ada"): Promise<string> {
    let page = await this.#open(url);
    const button = /href="([^"]*\/oauth\/pretend\?[^"]*)"/.exec(page.html);
    if (button) page = await this.#open(new URL(text(button[1]!), page.url).href);
    if (page.html.includes("Who are you today?")) page = await this.#submit(page, "people", { who });
    return this.#handedBack(page);
  }

  /** Goes where a signed-in person is sent straight back. */
  async visit(url: string): Promise<string> {
    return this.#handedBack(await this.#open(url));
  }

  // Either a redirect led to the app, or the last page names it.
  #handedBack(page: Page): string {
    if (page.url.startsWith(this.app)) return page.url;
    const refresh = /http-equiv="refresh" content="0;url=([^"]*)"/.exec(page.html);
    if (!refresh) throw new Error(`${page.url} leads nowhere: ${page.html.slice(0, 2000)}`);
    return text(refresh[1]!);
  }

  #submit(page: Page, id: string, more: Record<string, string>): Promise<Page> {
    const form = new RegExp(`<form id="${id}"[^]*?</form>`).exec(page.html)![0];
    const fields = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [text(name!), text(value!)] as [string, string]);
    const action = /action="([^"]*)"/.exec(form)![1]!;
    const body = new URLSearchParams(fields);
    for (const [name, value] of Object.entries(more)) body.append(name, value);
    return this.#open(new URL(action, page.url).href, body);
  }

  async #open(url: string, body?: URLSearchParams): Promise<Page> {
    for (let hops = 0; hops < 20; hops++) {
      if (url.startsWith(this.app)) return { url, html: "" };
      const origin: Record<string, string> = body ? { Origin: new URL(url).origin } : {};
      const response: Response = await fetch(url, {
        method: body ? "POST" : "GET",
        redirect: "manual",
        headers: { Cookie: this.#cookieHeader(url), ...origin },
        ...(body && { body }),
      });
      this.#keep(url, response);
      const to = response.headers.get("Location");
      if (!to) return { url, html: await response.text() };
      url = new URL(to, url).href;
      body = undefined;
    }
    throw new Error(`too many redirects, the last to ${url}`);
  }

  #cookieHeader(url: string): string {
    const host = new URL(url).host;
    return [...this.#cookies].flatMap(([key, value]) => (key.startsWith(`${host} `) ? [`${key.slice(host.length + 1)}=${value}`] : [])).join("; ");
  }

  #keep(url: string, response: Response) {
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]*)=([^;]*)/.exec(cookie)!;
      const key = `${new URL(url).host} ${name}`;
      if (/max-age=0(;|$)/i.test(cookie)) this.#cookies.delete(key);
      else this.#cookies.set(key, value!);
    }
  }
}

const text = (html: string) => html.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code)).replace(/&quot;/g, '"').replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
