// Which seats: booking/draw/place.go.

/** Gives seats inside each window: largest size first, then by key. Gives an array: rank → indices into the manifest, or undefined. */
export function place(seats, ranked, window) {
  const hall = new Hall(seats);
  const admitted = Array.from({ length: 64 }, () => []);
  window.forEach((w, rank) => {
    if (w >= 0) admitted[w].push(rank);
  });
  const out = new Array(ranked.length);
  admitted.forEach((list, w) => {
    list.sort((a, b) => ranked[b].size - ranked[a].size || a - b);
    for (const rank of list) out[rank] = hall.take(w, ranked[rank].size);
  });
  return out;
}

/** The seats of each window, in the manifest's order, with what is taken. */
class Hall {
  constructor(seats) {
    this.seats = Array.from({ length: 64 }, () => []);
    this.first = new Int32Array(64); // no free seat stands before this place
    this.taken = new Uint8Array(seats.length);
    const begins = new Map();
    seats.forEach((s, i) => {
      this.seats[s.window].push(i);
      begins.set(`${s.window} ${s.counter} ${s.at}`, i);
    });
    // The seat at the same counter and window that begins when this one ends, or -1.
    this.next = seats.map((s) => begins.get(`${s.window} ${s.counter} ${s.at + 60 * s.minutes}`) ?? -1);
  }

  take(w, size) {
    const list = this.seats[w];
    while (this.first[w] < list.length && this.taken[list[this.first[w]]]) this.first[w]++;
    let got = this.run(list, this.first[w], size);
    if (got === null) {
      got = [];
      for (let i = this.first[w]; i < list.length && got.length < size; i++) {
        if (!this.taken[list[i]]) got.push(list[i]);
      }
    }
    for (const s of got) this.taken[s] = 1;
    return got.sort((a, b) => a - b);
  }

  /** The first sequence of free seats at one counter, each beginning when the last ends. */
  run(list, from, size) {
    for (let i = from; i < list.length; i++) {
      const got = [];
      for (let n = list[i]; n >= 0 && !this.taken[n] && got.length < size; n = this.next[n]) got.push(n);
      if (got.length === size) return got;
    }
    return null;
  }
}
