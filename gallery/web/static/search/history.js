// What was searched for before, in this browser alone.

const KEY = "searches";
const KEPT = 30;

export function recent() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((each) => typeof each === "string") : [];
  } catch {
    return [];
  }
}

export function remember(query) {
  const kept = [query, ...recent().filter((each) => each !== query)].slice(0, KEPT);
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // Full or forbidden: searching works without.
  }
}
