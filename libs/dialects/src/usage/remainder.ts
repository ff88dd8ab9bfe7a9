/** Hands out parts of a total, never more than is left, so that the parts always add up to it. */
export function remainder(total: number): (part: number) => number {
  let left = total;
  return (part) => {
    const taken = Math.min(part, left);
    left -= taken;
    return taken;
  };
}
