// Who is served, and in which window: booking/draw/choose.go and paths.go, step by step.

const none = -1;
const maxWindows = 64;

/** Whether window w is in the mask of two halves. */
export function accepts(lo, hi, w) {
  return ((w < 32 ? lo >>> w : hi >>> (w - 32)) & 1) === 1;
}

/** Ranks in a heap, the greatest on top. */
class Ranks {
  list = [];

  top() {
    return this.list[0];
  }

  push(rank) {
    const list = this.list;
    let i = list.push(rank) - 1;
    while (i > 0) {
      const up = (i - 1) >> 1;
      if (list[up] >= list[i]) break;
      [list[up], list[i]] = [list[i], list[up]];
      i = up;
    }
  }

  pop() {
    const list = this.list;
    const last = list.pop();
    if (list.length === 0) return;
    list[0] = last;
    for (let i = 0; ; ) {
      let down = 2 * i + 1;
      if (down >= list.length) return;
      if (down + 1 < list.length && list[down + 1] > list[down]) down++;
      if (list[i] >= list[down]) return;
      [list[down], list[i]] = [list[i], list[down]];
      i = down;
    }
  }
}

/**
 * The state of the choosing. An entry's rank is its place in key order, so that "the largest key" is "the greatest
 * rank". movers[a][b] holds the ranks of size-1 entries that were placed in a and accept b; those that have left a
 * since are dropped when they come up.
 *
 * dead windows are full for good: no path leads through them to a free seat. tooBig is, by window, the smallest size
 * that found no room since somebody was admitted last (0: none); the next try would end alike. Both only save time.
 */
class Floor {
  constructor(seats, ranked) {
    this.ranked = ranked;
    this.window = new Int8Array(ranked.length).fill(none);
    this.free = new Int32Array(maxWindows);
    for (const s of seats) this.free[s.window]++;
    this.movers = Array.from({ length: maxWindows }, () => new Array(maxWindows).fill(null));
    this.closedLo = 0;
    this.closedHi = 0;
    this.deadLo = 0;
    this.deadHi = 0;
    this.tooBig = new Uint8Array(maxWindows);
  }

  /** Places a size-1 entry in a window; the caller keeps the count of free seats. */
  put(rank, w) {
    this.window[rank] = w;
    const { lo, hi } = this.ranked[rank];
    for (let b = 0; b < maxWindows; b++) {
      if (b !== w && accepts(lo, hi, b)) (this.movers[w][b] ??= new Ranks()).push(rank);
    }
  }

  /** The entry with the largest key in a that accepts b, or none. */
  mover(a, b) {
    const heap = this.movers[a][b];
    while (heap !== null && heap.list.length > 0) {
      if (this.window[heap.top()] === a) return heap.top();
      heap.pop();
    }
    return none;
  }

  /** Looks breadth-first for a window with a free seat; path is null when there is none. A path may not end in notHere. */
  search(lo, hi, notHere) {
    const queue = [];
    const parent = new Int8Array(maxWindows).fill(none);
    for (let w = 0; w < maxWindows; w++) {
      if (accepts(lo, hi, w)) queue.push(w);
    }
    for (let head = 0; head < queue.length; head++) {
      const a = queue[head];
      if (this.free[a] > 0 && a !== notHere) {
        const path = [];
        for (let w = a; w !== none; w = parent[w]) path.unshift(w);
        return { lo, hi, path };
      }
      for (let b = 0; b < maxWindows; b++) {
        if (accepts(lo, hi, b) || this.mover(a, b) === none) continue;
        if (b < 32) lo = (lo | (1 << b)) >>> 0;
        else hi = (hi | (1 << (b - 32))) >>> 0;
        parent[b] = a;
        queue.push(b);
      }
    }
    if (notHere === none || this.free[notHere] === 0) {
      this.deadLo = (this.deadLo | lo) >>> 0;
      this.deadHi = (this.deadHi | hi) >>> 0;
    }
    return { lo, hi, path: null };
  }

  /** Moves one entry along each step, so that the seat free at the path's end is free at its beginning. */
  shift(path) {
    const steps = [];
    for (let i = 0; i + 1 < path.length; i++) {
      steps.push({ rank: this.mover(path[i], path[i + 1]), from: path[i], to: path[i + 1] });
    }
    for (const s of steps) this.put(s.rank, s.to);
    this.free[path[0]]++;
    this.free[path[path.length - 1]]--;
    return steps;
  }

  undo(steps) {
    if (steps.length === 0) return;
    for (const s of steps) this.put(s.rank, s.from);
    this.free[steps[0].from]--;
    this.free[steps[steps.length - 1].to]++;
  }

  admit(rank) {
    const e = this.ranked[rank];
    if (e.size > 1) return this.admitFamily(rank, e);
    if ((e.lo & ~this.closedLo) === 0 && (e.hi & ~this.closedHi) === 0) return false;
    const { lo, hi, path } = this.search(e.lo, e.hi, none);
    if (path === null) {
      this.closedLo = (this.closedLo | lo) >>> 0;
      this.closedHi = (this.closedHi | hi) >>> 0;
      return false;
    }
    this.shift(path);
    this.free[path[0]]--;
    this.put(rank, path[0]);
    this.tooBig.fill(0);
    return true;
  }

  /** A family takes the first accepted window where room can be made. It never moves, so it is in no list of movers. */
  admitFamily(rank, e) {
    const [lo, hi] = [e.lo & ~this.deadLo, e.hi & ~this.deadHi];
    for (let w = 0; w < maxWindows; w++) {
      if (!accepts(lo, hi, w) || (this.tooBig[w] !== 0 && e.size >= this.tooBig[w])) continue;
      if (this.makeRoom(w, e.size)) {
        this.free[w] -= e.size;
        this.window[rank] = w;
        this.tooBig.fill(0);
        return true;
      }
      this.tooBig[w] = e.size;
    }
    return false;
  }

  /** Frees seats in a window one by one until there are enough, or leaves everything as it was. */
  makeRoom(w, size) {
    const done = [];
    while (this.free[w] < size) {
      const { path } = this.search(w < 32 ? (1 << w) >>> 0 : 0, w < 32 ? 0 : (1 << (w - 32)) >>> 0, w);
      if (path === null) {
        for (const steps of done.reverse()) this.undo(steps);
        return false;
      }
      done.push(this.shift(path));
    }
    return true;
  }
}

/**
 * Chooses: guaranteed entries first, in key order, within half of the seats; then all others in key order. Gives the
 * window of each rank (-1: none), the closed windows in two halves, and who was admitted in the first pass.
 */
export function choose(seats, ranked) {
  const floor = new Floor(seats, ranked);
  let quota = Math.floor((seats.length + 1) / 2);
  const first = new Set();
  ranked.forEach((e, rank) => {
    if (e.ensured && e.size <= quota && floor.admit(rank)) {
      quota -= e.size;
      first.add(rank);
    }
  });
  for (let rank = 0; rank < ranked.length; rank++) {
    if (floor.window[rank] === none) floor.admit(rank);
  }
  return { window: floor.window, closedLo: floor.closedLo, closedHi: floor.closedHi, first };
}
