/**
 * The answers of a matrix, by cell.
 *
 * @typedef {import('../../pkg/packetwalk.js').Matrix} Plan
 * @typedef {import('../../pkg/packetwalk.js').MatrixShare} Share
 * @typedef {import('../../pkg/packetwalk.js').MatrixCell} Cell
 * @typedef {{ members: number[], label: string }} Group
 */

export class Cells {
  /** @param {Plan} plan */
  constructor(plan) {
    this.plan = plan;
    /** Of each place its class. @type {number[]} */
    this.classOf = [];
    plan.classes.forEach((members, at) => {
      for (const member of members) this.classOf[member] = at;
    });
    /** @type {Map<string, Share>} */
    this.shares = new Map();
    /** Classes in which chance tells one from another. @type {Set<number>} */
    this.spread = new Set();
  }

  /** @param {Share} share */
  take(share) {
    const { from, to, address, port, own } = share;
    this.shares.set(`${from} ${to} ${address} ${port} ${own}`, share);
    if (share.others.length > 0) this.spread.add(from).add(to);
  }

  /** Places that are alike, together. @returns {Group[]} */
  groups() {
    const { classes, places } = this.plan;
    return classes
      .flatMap((members, at) => (this.spread.has(at) ? members.map((member) => [member]) : [members]))
      .sort(([a], [b]) => a - b)
      .map((members) => {
        const first = places[members[0]].label;
        const last = places[members[members.length - 1]].label;
        const many = members.length > 2 ? `${first} … ${last} (${members.length})` : `${first}, ${last}`;
        return { members, label: members.length === 1 ? first : many };
      });
  }

  /**
   * What became of a port from a place to an address of another; undefined as long as it is not known.
   * @param {number} from
   * @param {number} to
   * @param {number} address
   * @param {number} port
   * @returns {Cell | undefined}
   */
  cell(from, to, address, port) {
    const own = from === to;
    const key = `${this.classOf[from]} ${this.classOf[to]} ${address} ${this.plan.like[port]} ${own}`;
    const share = this.shares.get(key);
    return (share?.others.find((pair) => pair.from === from && pair.to === to) ?? share)?.cell;
  }

  /**
   * A pair of two groups, of two places or of one with itself.
   * @param {Group} row
   * @param {Group} column
   * @param {boolean} own
   */
  pair(row, column, own) {
    for (const from of row.members)
      for (const to of column.members) if ((from === to) === own) return { from, to };
    return null;
  }
}
