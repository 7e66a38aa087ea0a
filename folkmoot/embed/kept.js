/** What this browser keeps for the reader, in the frame's own storage; in memory where there is none. Nothing of it reaches the host's page. */

const memory = new Map();
const full = (name) => `folkmoot.${name}`;

export const kept = {
  get(name) {
    try {
      return JSON.parse(localStorage.getItem(full(name)));
    } catch {
      return memory.get(name) ?? null;
    }
  },
  set(name, value) {
    memory.set(name, value);
    try {
      localStorage.setItem(full(name), JSON.stringify(value));
    } catch {
      // storage is denied or full: memory holds it until the page goes
      kept.lost = true;
    }
  },
  drop(name) {
    memory.delete(name);
    try {
      localStorage.removeItem(full(name));
    } catch {
      // as above
    }
  },
};
