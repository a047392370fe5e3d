// Asks for the photos before the rest of the page has come: it needs them first of all. In no module, to wait for none.
"use strict";
{
  const given = new URLSearchParams(location.search);
  // Where the page's own scripts were here first, they have asked: what comes now would be taken for news later on.
  if (!globalThis.early && (given.get("view") ?? "photos") === "photos") {
    const query = given.get("query") ? `query=${new URLSearchParams({ query: given.get("query") }).toString().slice(6)}&` : "";
    const asked = (address) => [address, fetch(address, { priority: "high" })];
    const order = new URLSearchParams({ order: given.get("order") ?? "newest" }).toString();
    const addresses = [`/api/timeline?${query}${order}`];
    if (!given.get("at") && !given.get("photo")) addresses.push(`/api/tiles?${query}${order}&offset=0&limit=60`);
    globalThis.early = new Map(addresses.map(asked));
    for (const answer of globalThis.early.values()) answer.catch(() => {});
  }
}
